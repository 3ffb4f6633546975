import type { SettledReason } from '@batchmill/contracts/events';
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

/**
 * An account that is refused is to blame, even where the provider names a line: the other lines have the same model. Else a
 * line that it names is to blame, whatever else it says.
 */
function verdictOnFailed(errors: readonly BatchError[]): Verdict {
  const refused = errors.map((error) => {
    return { error, refusal: refusalOf({ status: null, code: error.code, message: error.message }) };
  });
  const ofAccount = refused.find(({ refusal }) => refusal.about === 'account');
  const ofLine = errors.find(({ line }) => line !== null);
  if (ofAccount === undefined && ofLine !== undefined) return failed(ofLine);
  for (const { error, refusal } of ofAccount === undefined ? refused : [ofAccount]) {
    if (refusal.about === 'request') continue;
    if (refusal.about === 'size') {
      const failure = { ...error, code: 'batch.file-too-large' };
      return { kind: 'settled', reason: 'too-large', failure, size: refusal };
    }
    return { kind: 'deferred', refusal, error };
  }
  return failed(errors[0] ?? null);
}

function failed(failure: BatchError | null): SettledVerdict {
  return { kind: 'settled', reason: 'failed', failure, size: null };
}
