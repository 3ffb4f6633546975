import { Clock } from '@batchmill/contracts';
import { endedBatchIn } from '@batchmill/provider';
import { Batches } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log, countProviderWebhook, type ProviderWebhookOutcome } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';

/** So many webhooks are remembered. One that is forgotten and comes again makes one poll too many. */
const maxRemembered = 10_000;
const reportMs = 60_000;

export type WebhookHeaders = Readonly<Record<string, string>>;

/**
 * What the provider's webhooks say is not believed: one that is signed makes its batch due, and the poll finds out. So a
 * webhook that is lost, comes late or comes twice changes nothing but the time of a poll.
 */
@Injectable()
export class ProviderWebhooks {
  readonly #verifiers: readonly Webhook[];
  /** The ids of those that made a batch due in this process. */
  readonly #remembered = new Set<string>();
  #reportedAt: Date | null = null;

  constructor(
    private readonly batches: Batches,
    settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#verifiers = settings.providerWebhookSecrets.map((secret) => new Webhook(secret));
  }

  /** False: there is no secret, so that none can be verified. */
  get areExpected(): boolean {
    return this.#verifiers.length > 0;
  }

  /** Rejects when the store does not answer. The provider sends it again then. */
  async receive(body: Buffer, headers: WebhookHeaders): Promise<ProviderWebhookOutcome> {
    const refusedBecause = this.#whyRefused(body, headers);
    if (refusedBecause !== null) this.#report(refusedBecause);
    const outcome = refusedBecause === null ? await this.#obey(body, String(headers['webhook-id'])) : 'refused';
    countProviderWebhook(outcome);
    return outcome;
  }

  async #obey(body: Buffer, id: string): Promise<ProviderWebhookOutcome> {
    const providerBatchId = endedBatchIn(body.toString());
    if (providerBatchId === null) return 'other-event';
    if (this.#remembered.has(id)) return 'repeated';
    if (!(await this.batches.makeProviderBatchDue(providerBatchId))) return 'no-batch';
    this.#remember(id);
    return 'made-due';
  }

  /** By the real time, because the library compares with it. Null: a secret fits, and it is at most five minutes old. */
  #whyRefused(body: Buffer, headers: WebhookHeaders): string | null {
    let reason = 'there is no secret';
    for (const verifier of this.#verifiers) {
      try {
        verifier.verify(body, headers, { jsonParse: false });
        return null;
      } catch (error) {
        reason = (error as Error).message; // the library throws nothing else
      }
    }
    return reason;
  }

  #remember(id: string): void {
    const [oldest] = this.#remembered;
    if (this.#remembered.size >= maxRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.add(id);
  }

  /** At most once a minute, because anyone may post. The metric counts them all. */
  #report(reason: string): void {
    const now = this.clock.now();
    if (this.#reportedAt !== null && now.getTime() - this.#reportedAt.getTime() < reportMs) return;
    this.#reportedAt = now;
    this.log.warn(
      'refused a webhook that is not signed with a secret of OPENAI_WEBHOOK_SECRET; others are not logged for a minute',
      { operation: 'status-poller', reason },
    );
  }
}
