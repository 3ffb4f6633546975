import type { Blobs } from '@batchmill/blobs';
import type { WorstUsage } from '@batchmill/models';
import { BatchFilling, type FillingLimits, type Source } from '@batchmill/pipeline';
import type { BatchFileSize } from '@batchmill/provider';
import { writeManifest, type BuildPosition, type ManifestLine } from '@batchmill/records';
import type { Unit } from './read-units.js';
import { writeUnit } from './write-unit.js';

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

export interface Filling extends FillingLimits {
  readonly source: Source;
}

/**
 * Fills one batch file with units, until one does not fit, is for another model, or none is left. The file is streamed.
 * The manifest is kept in memory: it holds ids only, and one line per request of the file.
 */
export async function fillBatch(
  units: AsyncIterable<Unit>,
  { source, ...limits }: Filling,
  blobs: Blobs,
): Promise<FilledBatch> {
  const requested: ManifestLine[] = [];
  const unrendered: ManifestLine[] = [];
  const customIds = new Set<string>();
  const filling = new BatchFilling(limits);
  let next: BuildPosition | null = null;

  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const unit of units) {
      const { position, together } = unit;
      const written = writeUnit(unit, source, customIds);
      const filled = filling.add(written, { model: position.model, together });
      if (filled === 'full') {
        next = position;
        return;
      }
      unrendered.push(...(filled === 'too-large' ? written.asTooLarge : []), ...written.failures);
      if (filled !== 'taken') continue;
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
    model: filling.model ?? 0,
    size: filling.size,
    worst: filling.worst,
    unrendered: unrendered.length,
    next,
  };
}
