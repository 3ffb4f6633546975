import type { SettledReason } from '@batchmill/contracts';
import { enqueuedTokenLimit, isQueueFull, type ProviderBatch } from '@batchmill/provider';

/** What the state of a provider batch means for our batch. */
export type Verdict = { readonly kind: 'in-progress' } | DeferredVerdict | SettledVerdict;

export interface DeferredVerdict {
  readonly kind: 'deferred';
  /** Null if the provider's message does not name it. */
  readonly enqueuedTokenLimit: number | null;
}

export interface SettledVerdict {
  readonly kind: 'settled';
  readonly reason: SettledReason;
  readonly failure: ProviderBatch['errors'][number] | null;
}

export function verdictOnBatch({ state, errors }: ProviderBatch): Verdict {
  switch (state) {
    case 'validating':
    case 'in_progress':
    case 'finalizing':
    case 'cancelling':
      return { kind: 'in-progress' };
    case 'completed':
    case 'expired':
    case 'cancelled':
      return { kind: 'settled', reason: state, failure: null };
    case 'failed': {
      const queueFull = errors.find(isQueueFull);
      if (queueFull !== undefined) {
        return { kind: 'deferred', enqueuedTokenLimit: enqueuedTokenLimit(queueFull.message) };
      }
      return { kind: 'settled', reason: 'failed', failure: errors[0] ?? null };
    }
  }
}
