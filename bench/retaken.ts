import type { Batch } from '@batchmill/records';
import type { Store } from '@batchmill/store';
import { storedRecords } from '@batchmill/testing';
import { setTimeout as sleep } from 'node:timers/promises';

const lookMs = 10;
const withinMs = 120_000;

/** The batches of which results are ingested, as soon as there are any. */
export function batchesAtWork(store: Store): Promise<readonly Batch[]> {
  return awaited('a batch at work', async () => {
    const filter = { state: 'settled', 'lease.until': { $gt: new Date() } };
    const found = await Array.fromAsync(storedRecords(store).batches.find(filter));
    return found.length > 0 && found;
  });
}

/** Resolves once one of these batches was taken another time. */
export async function untilRetaken(store: Store, batches: readonly Batch[]): Promise<void> {
  const before = new Map(batches.map(({ _id, fence }) => [_id, fence]));
  await awaited('a batch that is taken again', async () => {
    const now = await Array.fromAsync(storedRecords(store).batches.find({ _id: { $in: [...before.keys()] } }));
    return now.some(({ _id, fence }) => fence > (before.get(_id) ?? Infinity));
  });
}

/** Looks until something is found, and rejects when it is not found within two minutes. */
export async function awaited<T>(what: string, look: () => Promise<T | false>): Promise<T> {
  for (const until = performance.now() + withinMs; performance.now() < until;) {
    const found = await look();
    if (found !== false) return found;
    await sleep(lookMs);
  }
  throw new Error(`${what}: not seen within ${withinMs} ms`);
}
