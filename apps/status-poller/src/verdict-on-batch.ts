import type { SettledReason } from '@batchmill/contracts';
import { refusalOf, type ProviderBatch, type Refusal, type SizeRefusal } from '@batchmill/provider';

/** What the state of a provider batch means for our batch. */
export type Verdict = { readonly kind: 'in-progress' } | DeferredVerdict | SettledVerdict;

type BatchError = ProviderBatch['errors'][number];

/** The provider did not take the batch, and no request is to blame: the same batch is submitted again later. */
export interface DeferredVerdict {
  readonly kind: 'deferred';
  readonly refusal: Exclude<Refusal, SizeRefusal | { about: 'request' }>;
  readonly error: BatchError;
}

export interface SettledVerdict {
  readonly kind: 'settled';
  readonly reason: SettledReason;
  readonly failure: BatchError | null;
  /** Not null for `too-large`. */
  readonly size: SizeRefusal | null;
}

export function verdictOnBatch({ state, errors }: Pick<ProviderBatch, 'state' | 'errors'>): Verdict {
  switch (state) {
    case 'validating':
    case 'in_progress':
    case 'finalizing':
    case 'cancelling':
      return { kind: 'in-progress' };
    case 'completed':
    case 'expired':
    case 'cancelled':
      return { kind: 'settled', reason: state, failure: null, size: null };
    case 'failed':
      return verdictOnFailed(errors);
  }
}

/** A line that the provider names is to blame, whatever else it says. */
function verdictOnFailed(errors: readonly BatchError[]): Verdict {
  const ofLine = errors.find(({ line }) => line !== null);
  if (ofLine !== undefined) return { kind: 'settled', reason: 'failed', failure: ofLine, size: null };
  for (const error of errors) {
    const refusal = refusalOf({ status: null, code: error.code, message: error.message });
    if (refusal.about === 'request') continue;
    if (refusal.about === 'size') {
      const failure = { ...error, code: 'batch.file-too-large' };
      return { kind: 'settled', reason: 'too-large', failure, size: refusal };
    }
    return { kind: 'deferred', refusal, error };
  }
  return { kind: 'settled', reason: 'failed', failure: errors[0] ?? null, size: null };
}
