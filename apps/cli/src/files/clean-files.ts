import { OrphanedBatches } from '@batchmill/batch-submitter';
import type { Engine } from '@batchmill/service';
import type { KnownFile } from './read-files.js';

export interface CleanedFiles {
  readonly deleted: readonly KnownFile[];
  /** Needed by now, or the provider did not delete it. */
  readonly left: readonly { readonly file: KnownFile; readonly reason: string }[];
}

/**
 * Deletes those of the files that are not needed. Before an input file is deleted, its record is written so that nothing uses the
 * file, and the provider's batches are listed once more. One that cannot be deleted does not hold up the others.
 */
export async function cleanFiles(engine: Engine, files: readonly KnownFile[]): Promise<CleanedFiles> {
  const inUse = await OrphanedBatches.on(engine).inputFilesInUse();
  const deleted: KnownFile[] = [];
  const left: { file: KnownFile; reason: string }[] = [];
  for (const file of files.filter(({ use }) => use === 'not-needed')) {
    try {
      const reason = inUse.has(file.id) ? 'a provider batch reads it' : await whyKept(engine, file);
      if (reason === null) {
        await deleteFile(engine, file);
        deleted.push(file);
      } else left.push({ file, reason });
    } catch (error) {
      left.push({ file, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { deleted, left };
}

/** Null: after this the file can be deleted. */
async function whyKept({ batches }: Engine, { id, kind, owner }: KnownFile): Promise<string | null> {
  if (owner.whose !== 'ours') return 'it is not ours';
  // The results of an ingested batch are never read again: what is reprocessed is a copy of ours.
  if (kind !== 'input') return null;
  const isTaken = await batches.takeOrphanedFile(owner.batchId, { key: owner.key, fileId: id });
  return isTaken ? null : 'its batch uses it by now';
}

async function deleteFile({ batches, provider }: Engine, { id, owner }: KnownFile): Promise<void> {
  await provider.deleteFile(id);
  if (owner.whose === 'ours') await batches.removeLeftFile(owner.batchId, id);
}
