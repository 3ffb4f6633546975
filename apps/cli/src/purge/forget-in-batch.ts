import type { Blobs } from '@batchmill/blobs';
import { ValidationError } from '@batchmill/contracts';
import { isBlankLine, parseResultLine } from '@batchmill/provider';
import {
  blobsOfBatch,
  readArchive,
  readLines,
  readManifest,
  writeArchive,
  writeManifest,
  type ArchivedDocument,
  type Batch,
  type ManifestLine,
  type RequestedLine,
} from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { ForgottenDocument } from './forgotten-document.js';
import type { PurgeTally } from './purge-tally.js';

/** What of a batch is of a document. */
interface Found {
  readonly lines: readonly ManifestLine[];
  readonly ofDocument: ReadonlySet<ManifestLine>;
}

/** The lines of a batch's manifest, if some are of the document; null: none is, or the manifest is deleted. */
export async function findInBatch(
  { blobs }: Engine,
  { manifest, textsDeletedAt }: Batch,
  document: ForgottenDocument,
): Promise<Found | null> {
  if (textsDeletedAt !== undefined || (await blobs.bytesOf(manifest)) === null) return null;
  const lines = await Array.fromAsync(readManifest(blobs, manifest));
  const ofDocument = new Set(lines.filter((line) => document.isOf(line)));
  return ofDocument.size === 0 ? null : { lines, ofDocument };
}

/** The keys of the answers to requests of the document that others may take. */
export function keysOf({ lines, ofDocument }: Found): string[] {
  const byCustomId = new Map(lines.flatMap((line) => (line.customId === null ? [] : [[line.customId, line] as const])));
  return [...ofDocument].flatMap((line) => {
    if (line.customId === null) return [];
    const original = line.copyOf === undefined ? undefined : byCustomId.get(line.copyOf);
    return [line.key, line.reusedKey, original?.key].filter((key) => key !== undefined);
  });
}

/**
 * Writes the blobs of an ingested batch without the document: its line of the manifest becomes an empty one, because the others are
 * counted by their places, and its lines of kept answers and archives go. Files that nothing reads any more go as a whole. Rejects with a
 * ValidationError `purge.needed` when the batch is reprocessed meanwhile.
 */
export async function forgetInBatch(
  engine: Engine,
  batch: Batch,
  found: Found,
  document: ForgottenDocument,
  tally: PurgeTally,
): Promise<void> {
  const { blobs, batches } = engine;
  tally.count('manifest lines', found.ofDocument.size);
  tally.count('batches whose files are rewritten', 1);
  if (tally.isDryRun) return;
  const { manifest, ingestion, reprocessing } = batch;
  const customIds = new Set([...found.ofDocument].flatMap(({ customId }) => customId ?? []));
  const known = new Set(found.lines.flatMap(({ customId }) => customId ?? []));
  const archive = ingestion.archive ?? null;
  const laterArchive = reprocessing?.archive ?? null;
  const kept = ingestion.kept ?? null;
  const rewritten = {
    manifest: await writeManifest(blobs, withoutDocument(found, customIds)),
    kept: kept === null ? null : await keptWithout(blobs, kept, { customIds, known, document }),
    archive: archive === null ? null : await archiveWithout(blobs, archive, document),
    laterArchive: laterArchive === null ? null : await archiveWithout(blobs, laterArchive, document),
  };
  const written = [rewritten.manifest, rewritten.kept, rewritten.archive, rewritten.laterArchive];
  const before = blobsOfBatch(batch);
  if (!(await batches.replaceBlobs(batch, { ...rewritten, left: before }))) {
    for (const name of written) if (name !== null) await blobs.delete(name);
    const message = `batch ${batch._id} was reprocessed meanwhile; call this again, which does the rest`;
    throw new ValidationError('purge.needed', message);
  }
  for (const name of before) {
    if ([manifest, kept, archive, laterArchive].includes(name)) await blobs.delete(name);
    else await tally.deleteBlob(name);
  }
}

function withoutDocument({ lines, ofDocument }: Found, customIds: ReadonlySet<string>): ManifestLine[] {
  const names = new Map([...customIds].map((customId, index) => [customId, `forgotten_${index + 1}`]));
  return lines.flatMap((line): ManifestLine[] => {
    if (line.customId === null) return ofDocument.has(line) ? [] : [line];
    const copyOf = line.copyOf === undefined ? {} : { copyOf: names.get(line.copyOf) ?? line.copyOf };
    if (!ofDocument.has(line)) return [{ ...line, ...copyOf }];
    const empty: RequestedLine = {
      customId: names.get(line.customId) ?? '',
      documentId: null,
      chunkId: '',
      parentId: '',
      function: line.function,
      ...(line.isReused === true && { isReused: true }),
      ...(line.awaits !== undefined && { awaits: line.awaits }),
      ...copyOf,
    };
    return [empty];
  });
}

/** Null: nothing is left. A line that is no result of the batch goes when it has the id somewhere. */
async function keptWithout(
  blobs: Blobs,
  kept: string,
  about: {
    readonly customIds: ReadonlySet<string>;
    readonly known: ReadonlySet<string>;
    readonly document: ForgottenDocument;
  },
): Promise<string | null> {
  let left = 0;
  async function* others(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const { bytes } of readLines(blobs.read(kept))) {
      if (isBlankLine(bytes)) continue;
      const customId = parseResultLine(bytes)?.customId ?? null;
      const isKnown = customId !== null && about.known.has(customId);
      const text = bytes.toString('utf8');
      if (isKnown ? about.customIds.has(customId) : about.document.without(text) !== text) continue;
      left += 1;
      yield Buffer.concat([bytes, Buffer.from('\n')]);
    }
  }
  const { name } = await blobs.write(others(), '.kept.jsonl');
  if (left > 0) return name;
  await blobs.delete(name);
  return null;
}

/** Null: nothing is left, or the archive is deleted. */
async function archiveWithout(blobs: Blobs, archive: string, document: ForgottenDocument): Promise<string | null> {
  if ((await blobs.bytesOf(archive)) === null) return null;
  let left = 0;
  async function* others(): AsyncGenerator<ArchivedDocument, void, undefined> {
    for await (const one of readArchive(blobs, archive)) {
      if (document.hasId(one.documentId)) continue;
      left += 1;
      yield one;
    }
  }
  const name = await writeArchive(blobs, others());
  if (left > 0) return name;
  await blobs.delete(name);
  return null;
}
