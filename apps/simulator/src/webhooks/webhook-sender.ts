import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Batch } from '../batches/batch.js';
import type { SimulatedClock } from '../clock/simulated-clock.js';
import type { Fault, FaultInjector } from '../faults/fault-injector.js';
import type { WebhookTarget } from './webhook-target.js';

/** Simulated. The provider gives up after three days. */
const retryMs = { first: 5_000, most: 6 * 3_600_000, until: 72 * 3_600_000 };
const postMs = 10_000;
const usualOldSeconds = 600;
const forgingSecret = `whsec_${Buffer.alloc(32, 'forged').toString('base64')}`;

/** A webhook as it is posted, several times when it is not received. */
interface Posting {
  readonly id: string;
  readonly body: string;
  readonly dueMs: number;
  readonly isForged: boolean;
  /** Real seconds by which its timestamp is too old. */
  readonly oldSeconds: number;
}

/**
 * Posts an event when a batch has settled, by the Standard Webhooks specification, until it is received. What is not posted
 * when the process ends is never posted.
 */
export class WebhookSender {
  #target: WebhookTarget | null;
  readonly #clock: SimulatedClock;
  readonly #faults: FaultInjector;
  readonly #closing = new AbortController();
  readonly #postings = new Set<Promise<void>>();
  #clockChanged = Promise.withResolvers<undefined>();

  constructor(target: WebhookTarget | null, clock: SimulatedClock, faults: FaultInjector) {
    this.#target = target;
    this.#clock = clock;
    this.#faults = faults;
    clock.onChange(() => {
      this.#clockChanged.resolve(undefined);
      this.#clockChanged = Promise.withResolvers();
    });
  }

  /** From now on they are posted there; null: nowhere. */
  set target(target: WebhookTarget | null) {
    this.#target = target;
  }

  /** Of a batch that has just settled. */
  announce({ id: batchId, seq, status, metadata, changedMs }: Batch): void {
    if (this.#target === null) return;
    const fired = this.#faults.fire('webhook', [JSON.stringify(metadata)], String(seq));
    this.#faults.save();
    if (named(fired, 'missing') !== undefined) return;
    const id = `wh_${randomBytes(12).toString('hex')}`;
    const createdAt = Math.floor(changedMs / 1000);
    const event = { id, object: 'event', type: `batch.${status}`, created_at: createdAt, data: { id: batchId } };
    const old = named(fired, 'old');
    const posting: Posting = {
      id,
      body: JSON.stringify(event),
      dueMs: this.#clock.nowMs() + Number(named(fired, 'delay')?.value ?? 0) * 1000,
      isForged: named(fired, 'forged') !== undefined,
      oldSeconds: old === undefined ? 0 : Number(old.value ?? usualOldSeconds),
    };
    this.#start(posting);
    if (named(fired, 'double') !== undefined) this.#start(posting);
  }

  /** Ends every posting as it stands. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#clockChanged.resolve(undefined);
    await Promise.all(this.#postings);
  }

  #start(posting: Posting): void {
    const posted = this.#post(posting).catch(() => undefined);
    this.#postings.add(posted);
    void posted.then(() => this.#postings.delete(posted));
  }

  async #post(posting: Posting): Promise<void> {
    const { dueMs } = posting;
    let delayMs = retryMs.first;
    for (let atMs = dueMs; atMs <= dueMs + retryMs.until; atMs = this.#clock.nowMs() + delayMs) {
      await this.#until(atMs);
      if (this.#closing.signal.aborted || (await this.#isReceived(posting))) return;
      delayMs = Math.min(delayMs * 2, retryMs.most);
    }
  }

  async #isReceived({ id, body, isForged, oldSeconds }: Posting): Promise<boolean> {
    if (this.#target === null) return true;
    const { url, secret } = this.#target;
    // Receivers compare the timestamp with the real time.
    const at = new Date(Date.now() - oldSeconds * 1000);
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(isForged ? forgingSecret : secret).sign(id, at, body),
    };
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(postMs)]);
    const response = await fetch(url, { method: 'POST', headers, body, signal }).catch(() => null);
    await response?.body?.cancel();
    return response?.ok === true;
  }

  /** Until that simulated time, or until it is closed. */
  async #until(simulatedMs: number): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      const leftMs = this.#clock.realMsUntil(simulatedMs);
      if (leftMs === 0 || signal.aborted) return;
      const isOver = new AbortController();
      const elapsed = sleep(Math.min(leftMs, 60_000), undefined, { signal: isOver.signal }).catch(() => undefined);
      await Promise.race([elapsed, this.#clockChanged.promise]);
      isOver.abort();
    }
  }
}

function named(faults: readonly Fault[], what: Fault['what']): Fault | undefined {
  return faults.find((fault) => fault.what === what);
}
