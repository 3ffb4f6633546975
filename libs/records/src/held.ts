import { BatchDeferred } from '@batchmill/contracts';
import type { Batch } from './batches.js';
import type { Limited } from './budgets.js';
import type { Leased } from './work/leased.js';
import type { Transition } from './work/transition.js';

/** A refusal of the provider because of which a batch waits. No request uses up an attempt. */
export interface Held {
  /** moment: it cannot take it now. queue: it has no room. account: it refuses the key, the account or the model. */
  readonly about: 'moment' | 'queue' | 'account';
  /** The provider's code; null when it sent none. */
  readonly code: string | null;
  /** What the provider said. */
  readonly message: string;
  /** The first refusal in a row about the same. */
  readonly since: Date;
  /** Refusals in a row about the same. */
  readonly times: number;
  /** How many of them were provider batches that failed. Missing in records of earlier versions. */
  readonly failedBatches?: number;
}

/** The batch is refused, for the first time or again. */
export function heldBy(
  { held }: Pick<Batch, 'held'>,
  refusal: Pick<Held, 'about' | 'code' | 'message'>,
  now: Date,
): Held {
  if (held?.about !== refusal.about) return { ...refusal, since: now, times: 1 };
  return { ...refusal, since: held.since, times: held.times + 1, failedBatches: failedBatchesOf(held) };
}

/** The same for a refusal that failed its provider batch. */
export function heldByFailure(...[batch, refusal, now]: Parameters<typeof heldBy>): Held {
  const held = heldBy(batch, refusal, now);
  return { ...held, failedBatches: failedBatchesOf(held) + 1 };
}

/** Provider batches in a row that failed for the same. */
export function failedBatchesOf({ failedBatches = 0 }: Held): number {
  return failedBatches;
}

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

/** Sends a batch back to be submitted again with the same file, not before `until`. No document changes. */
export function deferral(
  batch: Leased<Batch>,
  { key, providerBatchId, held, learned, keepsFile }: RefusedSubmission,
  until: Date,
): Transition<BatchDeferred> {
  const { runId, claimId, submission, previousAttempts } = batch.data;
  const { attempt } = submission;
  const noFile = keepsFile ? {} : { fileId: null, fileCreatedAt: null };
  const { about, code } = held;
  return batch
    .with({
      provider: null,
      held,
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
