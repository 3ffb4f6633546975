import type { Blobs } from '@batchmill/blobs';
import type { Source } from '@batchmill/pipeline';
import type { WorstUsage } from '@batchmill/models';
import {
  addSize,
  emptyBatchFile,
  fitsBatchFile,
  type BatchFileLimits,
  type BatchFileSize,
  type FileLimits,
} from '@batchmill/provider';
import { writeManifest, type BuildPosition, type ManifestLine } from '@batchmill/records';
import type { Unit } from './read-units.js';
import { isTooLargeFor, writeUnit } from './write-unit.js';
import { addWorstUsage, noWorstUsage } from './worst-usage.js';

export interface FilledBatch {
  /** Null if the batch has no requests. */
  readonly file: { readonly name: string; readonly bytes: number } | null;
  readonly manifest: string;
  /** An index into the run's models. */
  readonly model: number;
  readonly size: BatchFileSize;
  readonly worst: WorstUsage;
  /** How many requests could not be rendered; the manifest holds their errors. */
  readonly unrendered: number;
  /** Where the next batch starts; null if this batch is the claim's last. */
  readonly next: BuildPosition | null;
}

export interface Filling {
  /** By the index of the model. */
  readonly limitsOf: (model: number) => BatchFileLimits;
  /** Without what was learned of it. */
  readonly providerLimits: FileLimits;
  readonly source: Source;
}

/**
 * Fills one batch file with units, until one does not fit, is for another model, or none is left. The file is streamed.
 * The manifest is kept in memory: it holds ids only, and one line per request of the file.
 */
export async function fillBatch(
  units: AsyncIterable<Unit>,
  { limitsOf, providerLimits, source }: Filling,
  blobs: Blobs,
): Promise<FilledBatch> {
  const requested: ManifestLine[] = [];
  const unrendered: ManifestLine[] = [];
  const customIds = new Set<string>();
  const state: {
    size: BatchFileSize;
    worst: WorstUsage;
    together: number;
    model: number | null;
    next: BuildPosition | null;
  } = {
    size: emptyBatchFile,
    worst: noWorstUsage,
    together: Infinity,
    model: null,
    next: null,
  };

  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const unit of units) {
      const written = writeUnit(unit, source, customIds);
      const limits = limitsOf(unit.position.model);
      const isOtherModel = written.requests > 0 && state.model !== null && unit.position.model !== state.model;
      const together = Math.min(state.together, unit.together ?? Infinity);
      const maxDocuments = Math.min(limits.maxDocuments, together);
      const isFull = state.size.requests > 0 && !fitsBatchFile(state.size, written, { ...limits, maxDocuments });
      if (isOtherModel || isFull) {
        state.next = unit.position;
        return;
      }
      const isTooLarge = isTooLargeFor(limits, providerLimits, written);
      unrendered.push(...(isTooLarge ? written.asTooLarge : []), ...written.failures);
      if (isTooLarge || written.requests === 0) continue;
      state.model = unit.position.model;
      state.together = together;
      state.size = addSize(state.size, written);
      state.worst = addWorstUsage(state.worst, written.worst);
      for (const line of written.manifest) customIds.add(line.customId ?? '');
      requested.push(...written.manifest);
      yield written.text;
    }
  }

  const file = await blobs.write(lines(), '.batch.jsonl');
  if (requested.length === 0) await blobs.delete(file.name);
  const manifest = await writeManifest(blobs, [...requested, ...unrendered]);
  return {
    file: requested.length === 0 ? null : file,
    manifest,
    model: state.model ?? 0,
    size: state.size,
    worst: state.worst,
    unrendered: unrendered.length,
    next: state.next,
  };
}
