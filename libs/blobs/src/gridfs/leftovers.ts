import { removeBlob, type Bucket } from './stored.js';

const oldMs = 24 * 60 * 60 * 1000;
const mostAtOnce = 100;

/** Removes what dead writers and deleters left: blobs whose mark is a day old. Anything newer waits for the next start. */
export async function removeLeftovers(bucket: Bucket, now: Date, stopping: AbortSignal): Promise<void> {
  const old = { since: { $lt: new Date(now.getTime() - oldMs) } };
  const marks = await bucket.unfinished.find(old, { limit: mostAtOnce }).toArray();
  for (const { _id } of marks) {
    if (stopping.aborted) return;
    // after this line a writer that is still alive fails instead of showing half a blob
    const { matchedCount } = await bucket.unfinished.updateOne({ _id, ...old }, { $set: { swept: true } });
    if (matchedCount === 0) continue;
    await removeBlob(bucket, _id);
    await bucket.unfinished.deleteOne({ _id });
  }
}
