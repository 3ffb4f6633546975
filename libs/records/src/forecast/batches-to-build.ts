import type { Run } from '../runs.js';
import type { QueuedBatch } from './play-queue.js';
import { partOf, type ModelWork } from './run-work.js';

/** More batches that are not built are joined, so that a forecast of a million documents takes no longer than others. */
const mostUnbuilt = 1_000;

/** Documents that are in no batch yet, in batches as large as they will be. Without a `batchSize` that is as large as the largest so far. */
export function batchesToBuild(
  { _id: runId }: Run,
  { unbuilt, largestBatch }: ModelWork,
  { tokens, batchSize }: { readonly tokens: number | null; readonly batchSize: number | null },
): QueuedBatch[] {
  if (unbuilt.documents <= 0) return [];
  const bySize = Math.ceil(unbuilt.documents / Math.max(1, batchSize ?? largestBatch));
  // A file that the queue does not take is built again as smaller ones.
  const count = Math.max(bySize, tokens === null ? 0 : Math.ceil(unbuilt.inputTokens / Math.max(1, tokens)));
  const { inputTokens, requests } = partOf(unbuilt, 1 / count);
  const joined = Math.ceil(count / mostUnbuilt);
  // Of batches that are joined, those that the queue does not take at once follow each other.
  const inTurn =
    tokens === null ? 1 : Math.max(1, Math.ceil((joined * inputTokens) / Math.max(tokens, inputTokens, 1)));
  const together = joined / inTurn;
  const batch = { runId, tokens: inputTokens * together, requests: requests * together, inTurn };
  return Array.from({ length: Math.ceil(count / joined) }, () => batch);
}
