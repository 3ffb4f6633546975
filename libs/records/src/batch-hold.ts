import { BatchHeld } from '@batchmill/contracts/events';
import { describeAccount, type AccountInfo } from '@batchmill/provider';
import type { Batch } from './batch.js';
import type { BatchHold } from './stalled-batch.js';
import type { Leased } from './work/leased.js';
import type { Transition } from './work/transition.js';

/** How soon a held batch is looked at again. A key changes only with a restart, which finds it due by then. */
const lookAgainMs = 30_000;
/** The same for a batch of a cancelled run, which waits for a limited time. */
const lookAgainOfCancelledMs = 10_000;

/**
 * Holds a batch, or lets a held one wait on. The event is published once per hold. A stall begins again after it, unless
 * `changes` has one.
 */
export function hold(
  batch: Leased<Batch>,
  account: AccountInfo,
  now: Date,
  changes: Pick<Batch, 'stall'> = {},
): Transition<BatchHeld> {
  const { data } = batch;
  const until = new Date(now.getTime() + (changes.stall == null ? lookAgainMs : lookAgainOfCancelledMs));
  const changed = { stall: null, ...changes };
  if (data.otherAccount != null) return batch.with(changed).wait(until);
  const { runId, claimId, provider } = data;
  const providerBatchId = provider?.providerBatchId ?? null;
  return batch
    .with({ otherAccount: { since: now, account }, ...changed })
    .backOff(data.state, until, new BatchHeld({ runId, claimId, batchId: batch.id, providerBatchId }));
}

/** For logs and reports: what is held, why, and what to do. */
export function describeHold({ _id }: Pick<Batch, '_id'>, { account }: Pick<BatchHold, 'account'>): string {
  return (
    `batch ${_id} was sent under another account (${describeAccount(account)}), which the present key does not see; ` +
    `set OPENAI_API_KEY to a key of that account, or give the batch up: batchmill batch abandon ${_id}`
  );
}
