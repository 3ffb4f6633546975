import type { SettledReason } from '@batchmill/contracts';
import { enqueuedTokenLimit, isQueueFull, type ProviderBatch } from '@batchmill/provider';

/** What a provider batch's state means for ours. */
export type Verdict =
  | { readonly is: 'going' }
  | { readonly is: 'deferred'; readonly enqueuedTokenLimit: number | null }
  | {
      readonly is: 'settled';
      readonly reason: SettledReason;
      readonly failure: ProviderBatch['errors'][number] | null;
    };

export function verdictOnBatch({ state, errors }: ProviderBatch): Verdict {
  switch (state) {
    case 'validating':
    case 'in_progress':
    case 'finalizing':
    case 'cancelling':
      return { is: 'going' };
    case 'completed':
    case 'expired':
    case 'cancelled':
      return { is: 'settled', reason: state, failure: null };
    case 'failed': {
      const full = errors.find(isQueueFull);
      if (full !== undefined) return { is: 'deferred', enqueuedTokenLimit: enqueuedTokenLimit(full.message) };
      return { is: 'settled', reason: 'failed', failure: errors[0] ?? null };
    }
  }
}
