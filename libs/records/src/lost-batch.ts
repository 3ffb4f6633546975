import { BatchSettled, type SettledReason } from '@batchmill/contracts/events';
import type { Batch } from './batch.js';
import type { Leased } from './work/leased.js';
import type { Transition } from './work/transition.js';

/** Settles a batch that is given up. The provider may still work on it, and bill it: see `describeLoss`. */
export function settleAsLost(batch: Leased<Batch>): Transition<BatchSettled> {
  return settleUnseen(batch, 'lost', { code: 'batch.lost', message: reasonOf(batch.data), line: null });
}

/**
 * Settles a batch that is given up, and that had ended when it was seen last: its answers are billed, so it is not lost. Null: it had
 * not ended, or it has no results.
 */
export function settleAsSeen(batch: Leased<Batch>): Transition<BatchSettled> | null {
  const state = batch.data.provider?.state;
  const hasResults = state === 'completed' || state === 'expired' || state === 'cancelled';
  return hasResults ? settleUnseen(batch, state, batch.data.failure) : null;
}

function settleUnseen(
  batch: Leased<Batch>,
  reason: SettledReason,
  failure: Batch['failure'],
): Transition<BatchSettled> {
  const { runId, claimId, requests, provider } = batch.data;
  const providerBatchId = provider?.providerBatchId ?? null;
  const event = new BatchSettled({ runId, claimId, batchId: batch.id, providerBatchId, reason, requests });
  return batch.with({ reason, failure, otherAccount: null }).to('settled', event);
}

/** For the log: why the batch is given up, and what it may still cost. */
export function describeLoss(batch: Batch): string {
  return `given up as lost: ${reasonOf(batch)}; the provider may still bill up to ${batch.requests} requests of it`;
}

function reasonOf({ abandonment, stall }: Batch): string {
  if (abandonment != null) return 'the batch was abandoned by command';
  const since = stall?.since.toISOString() ?? 'an unknown time';
  switch (stall?.found) {
    case 'unknown':
      return `the provider has not known the batch since ${since}`;
    case 'unreachable':
      return `its run is cancelled, and the provider has not answered since ${since}`;
    case 'other-account':
      return `its run is cancelled, and the key of its account has been missing since ${since}`;
    default:
      return `the batch has stayed ${stall?.found ?? 'as it is'} since ${since}`;
  }
}
