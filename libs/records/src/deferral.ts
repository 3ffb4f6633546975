import { BatchDeferred } from '@batchmill/contracts/events';
import type { Batch } from './batch.js';
import type { Limited } from './shown-limit.js';
import type { Leased } from './work/leased.js';
import type { Transition } from './work/transition.js';
import type { Held } from './held.js';

/** A submission that the provider refused. */
export interface RefusedSubmission {
  /** Null: nothing was armed any more. */
  readonly key: string | null;
  /** Null: no provider batch was created. */
  readonly providerBatchId: string | null;
  readonly held: Held;
  /** Null: no limit of the queue was learned. */
  readonly learned: { readonly limited: Limited; readonly value: number } | null;
  /** False: the provider does not have the input file any more. */
  readonly keepsFile: boolean;
}

/**
 * Sends a batch back to be submitted again with the same file, not before `until`. No document changes. What was found of the provider
 * batch, as that it would be late, does not hold for the next one. What a person asked of the batch does.
 */
export function deferral(
  batch: Leased<Batch>,
  { key, providerBatchId, held, learned, keepsFile }: RefusedSubmission,
  until: Date,
): Transition<BatchDeferred> {
  const { runId, claimId, submission, previousAttempts } = batch.data;
  const { attempt } = submission;
  // One that was adopted late may have no input file any more.
  const isFileThere = keepsFile && submission.fileDeletedAt === null;
  const noFile = isFileThere ? {} : { fileId: null, fileCreatedAt: null, fileDeletedAt: null };
  const { about, code } = held;
  if (about === 'limit') throw new Error('A spending limit defers no batch: nothing was sent.');
  return batch
    .with({
      provider: null,
      held,
      stall: null,
      progress: null,
      idle: null,
      otherAccount: null,
      overtakenAt: null,
      staysQueued: false,
      adopted: false,
      failure: null,
      submission: { ...submission, ...noFile, armed: null, attempt: attempt + 1 },
      previousAttempts: key === null ? previousAttempts : [...previousAttempts, { key, providerBatchId }],
    })
    .backOff(
      'built',
      until,
      new BatchDeferred({
        runId,
        claimId,
        batchId: batch.id,
        attempt,
        about,
        code,
        unit: learned?.limited === 'tokens' || learned?.limited === 'requests' ? learned.limited : null,
        limit: learned?.value ?? null,
      }),
    );
}
