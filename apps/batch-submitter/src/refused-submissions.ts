import { Clock, Ids, delayAfter } from '@batchmill/contracts';
import { type BatchDeferred } from '@batchmill/contracts/events';
import type { QueueRefusal, RefusedError } from '@batchmill/provider';
import { deferral, heldBy, type Batch, type Held, type Leased, type Transition } from '@batchmill/records';
import { EngineSettings, jitterFrom } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';
import { BudgetShares } from './budget-shares.js';

const minMomentMs = 1_000;
const maxMomentMs = 5 * 60_000;
const maxQueueMs = 10 * 60_000;

/** `too-large`: the documents of the batch are to be put into smaller files. */
export type AfterRefusal = Transition<BatchDeferred> | 'too-large';

/**
 * Decides what becomes of a batch whose upload or create call the provider refused. Nothing was created, and no document uses
 * up an attempt.
 */
@Injectable()
export class RefusedSubmissions {
  constructor(
    private readonly budgetShares: BudgetShares,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Throws the error when the refusal is about what was sent: a person must act. What passes is waited for until `noLaterThan` at
   * most; null: as long as it takes.
   */
  async handle(batch: Leased<Batch>, error: RefusedError, noLaterThan: Date | null): Promise<AfterRefusal> {
    const { refusal } = error;
    switch (refusal.about) {
      case 'moment': {
        const held = this.#heldBy(batch.data, error, { about: 'moment' });
        const delayMs = this.#delayMs(held, { baseMs: minMomentMs, capMs: maxMomentMs });
        return batch.with({ held }).wait(this.#soonest(Math.max(delayMs, error.retryAfterMs ?? 0), noLaterThan));
      }
      case 'queue':
        return this.#defer(batch, refusal, error, noLaterThan);
      case 'size':
        await this.budgetShares.learnFrom(batch.data, refusal);
        return 'too-large';
      case 'file': {
        const { submission } = batch.data;
        await batch.save({ submission: { ...submission, fileId: null, fileCreatedAt: null } });
        throw error;
      }
      case 'request':
        throw error;
    }
  }

  async #defer(
    batch: Leased<Batch>,
    refusal: QueueRefusal,
    error: RefusedError,
    noLaterThan: Date | null,
  ): Promise<AfterRefusal> {
    const { learned, isAlone } = await this.budgetShares.learnFrom(batch.data, refusal);
    await this.budgetShares.release(batch.data);
    const held = this.#heldBy(batch.data, error, { about: 'queue', isAlone });
    const delayMs = this.#delayMs(held, { baseMs: this.settings.retryBaseMs, capMs: maxQueueMs });
    const refused = { key: null, providerBatchId: null, held, learned, keepsFile: true };
    return deferral(batch, refused, this.#soonest(delayMs, noLaterThan));
  }

  #heldBy(
    batch: Batch,
    { providerCode: code, reason: message }: RefusedError,
    why: { about: Held['about']; isAlone?: boolean },
  ): Held {
    return heldBy(batch, { ...why, code, message }, this.clock.now());
  }

  #delayMs({ times }: Held, bounds: { baseMs: number; capMs: number }): number {
    return delayAfter(times - 1, { ...bounds, jitter: jitterFrom(this.ids) });
  }

  #soonest(ms: number, noLaterThan: Date | null): Date {
    const until = new Date(this.clock.now().getTime() + ms);
    return noLaterThan !== null && noLaterThan < until ? noLaterThan : until;
  }
}
