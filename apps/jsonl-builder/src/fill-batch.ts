import type { Blobs } from '@batchmill/blobs';
import type { WorstUsage } from '@batchmill/models';
import { BatchFilling, type FillingLimits, type Source } from '@batchmill/pipeline';
import type { BatchFileSize } from '@batchmill/provider';
import { isUnsent, writeManifest, type BatchReuse, type BuildPosition, type ManifestLine } from '@batchmill/records';
import type { Unit } from './read-units.js';
import { ReuseFile } from './reuse-file.js';
import { writeUnit, type WrittenUnit } from './write-unit.js';

export interface FilledBatch {
  /** Null if no request of the batch is to be sent. */
  readonly file: { readonly name: string; readonly bytes: number } | null;
  readonly manifest: string;
  /** An index into the run's models. */
  readonly model: number;
  /** Documents that need no room in the file are counted as well. */
  readonly size: BatchFileSize;
  readonly worst: WorstUsage;
  /** Requests that are not sent; null: there are none. */
  readonly reuse: BatchReuse | null;
  /** How many requests could not be rendered; the manifest holds their errors. */
  readonly unrendered: number;
  /** Where the next batch starts; null if this batch is the claim's last. */
  readonly next: BuildPosition | null;
}

export interface Filling extends FillingLimits {
  readonly source: Source;
}

/**
 * Fills one batch file with units, until one does not fit, is for another model, or none is left. The file is streamed, and so is the
 * file of answers that requests take. The manifest is kept in memory: it holds ids only, and one line per request.
 */
export async function fillBatch(
  units: AsyncIterable<Unit>,
  { source, ...limits }: Filling,
  blobs: Blobs,
): Promise<FilledBatch> {
  const requested: ManifestLine[] = [];
  const unrendered: ManifestLine[] = [];
  const customIds = new Set<string>();
  const byKey = new Map<string, string>();
  const filling = new BatchFilling(limits);
  const reuseFile = new ReuseFile(blobs);
  let next: BuildPosition | null = null;
  let withoutRoom = 0;
  let answers = 0;
  let copies = 0;

  async function take({ manifest, ...written }: WrittenUnit): Promise<void> {
    for (const request of manifest) {
      const { customId, key, textHash = key } = request;
      customIds.add(customId);
      if (!isUnsent(request) && textHash !== undefined) byKey.set(textHash, customId);
    }
    requested.push(...manifest);
    if (written.unsent === 0) return;
    if (written.requests === 0) withoutRoom += 1;
    for (const { customId, body } of written.answers) await reuseFile.add(customId, body);
    answers += written.answers.length;
    copies += written.unsent - written.answers.length;
  }

  async function* lines(): AsyncGenerator<string, void, undefined> {
    for await (const unit of units) {
      const { position, together } = unit;
      const written = writeUnit(unit, source, { customIds, byKey });
      const filled = filling.add(written, { model: position.model, together });
      if (filled === 'full') {
        next = position;
        return;
      }
      unrendered.push(...(filled === 'too-large' ? written.asTooLarge : []), ...written.failures);
      if (filled !== 'taken') continue;
      await take(written);
      if (written.text !== '') yield written.text;
    }
  }

  try {
    const file = await blobs.write(lines(), '.batch.jsonl');
    const { size } = filling;
    if (size.requests === 0) await blobs.delete(file.name);
    const reused = await reuseFile.end();
    const manifest = await writeManifest(blobs, [...requested, ...unrendered]);
    return {
      file: size.requests === 0 ? null : file,
      manifest,
      model: filling.model ?? 0,
      size: { ...size, documents: size.documents + withoutRoom },
      worst: filling.worst,
      reuse: answers + copies === 0 ? null : { file: reused, answers, copies, freeDocuments: withoutRoom },
      unrendered: unrendered.length,
      next,
    };
  } catch (error) {
    reuseFile.abandon();
    throw error;
  }
}
