import { OrphanedBatches, OrphanedFiles } from '@batchmill/batch-submitter';
import type { Engine } from '@batchmill/service';
import { cleanFiles } from '../files/clean-files.js';
import type { Audit } from './audit-account.js';
import { keyOf, type Difference } from './difference.js';

/** mended: gone. begun: the stages or the provider end it. left: it is as it was. */
export type Outcome = 'mended' | 'begun' | 'left';

/**
 * Does what a running service does by itself, now: the sweep for orphans, the deletion of files that are not needed, and the poll of
 * batches that the provider has ended. Nothing that is paid is given up.
 */
export async function mendBooks(engine: Engine, { differences, files }: Audit): Promise<void> {
  const { batches, provider, engineSettings, log } = engine;
  const isMendedBy = (mend: Difference['mend']) => differences.some((each) => each.mend === mend);
  if (isMendedBy('sweep')) {
    const orphanedBatches = OrphanedBatches.on(engine);
    await orphanedBatches.handleAll(Infinity);
    await new OrphanedFiles(batches, provider, orphanedBatches, engineSettings, log).handleAll();
  }
  if (isMendedBy('delete')) await cleanFiles(engine, files);
  for (const { mend, batchId } of differences) if (mend === 'due') await batches.requestProcess(batchId);
}

/** What became of a difference, by the audit after the mending. */
export function outcomeOf(difference: Difference, after: readonly Difference[]): Outcome {
  const now = after.find((each) => keyOf(each) === keyOf(difference));
  if (now === undefined) return 'mended';
  const isBegun = now.mend === 'due' || (now.kind === 'orphan' && now.provider.startsWith('cancelling'));
  return isBegun ? 'begun' : 'left';
}
