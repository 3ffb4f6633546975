import type { Blobs } from '@batchmill/blobs';
import type { DocumentError } from '@batchmill/contracts';
import { encodeId, idText, readPath } from '@batchmill/documents';
import { missingId, type Source } from '@batchmill/pipeline';
import {
  addSize,
  customId,
  emptyBatchFile,
  fitsBatchFile,
  providerLimits,
  requestLine,
  type BatchFileSize,
  type BatchFileLimits,
  type Rendering,
} from '@batchmill/provider';
import { writeManifest, type BuildPosition, type ManifestLine } from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import type { Unit } from './read-units.js';

export interface FilledBatch {
  /** Null if the batch has no requests. */
  readonly file: { readonly name: string; readonly bytes: number } | null;
  readonly manifest: string;
  /** An index into the run's models. */
  readonly model: number;
  readonly size: BatchFileSize;
  /** How many requests could not be rendered; the manifest holds their errors. */
  readonly unrendered: number;
  /** Where the next batch starts; null if this batch is the claim's last. */
  readonly next: BuildPosition | null;
}

/**
 * Fills one batch file with units, until one does not fit, is for another model, or none is left. The file is streamed.
 * The manifest is kept in memory: it holds ids only, and one line per request of the file.
 */
export async function fillBatch(
  units: AsyncIterable<Unit>,
  { limitsOf, source }: { limitsOf: (model: number) => BatchFileLimits; source: Source },
  blobs: Blobs,
): Promise<FilledBatch> {
  const requested: ManifestLine[] = [];
  const unrendered: ManifestLine[] = [];
  const customIds = new Set<string>();
  const state: { size: BatchFileSize; together: number; model: number | null; next: BuildPosition | null } = {
    size: emptyBatchFile,
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
      // What the provider's refusals taught is tried alone: its own refusal decides.
      const isTooLarge = !fitsBatchFile(emptyBatchFile, written, { ...limits, ...providerLimits, maxTokens: null });
      unrendered.push(...(isTooLarge ? written.asTooLarge : []), ...written.failures);
      if (isTooLarge || written.requests === 0) continue;
      state.model = unit.position.model;
      state.together = together;
      state.size = addSize(state.size, written);
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
    unrendered: unrendered.length,
    next: state.next,
  };
}

interface WrittenUnit extends BatchFileSize {
  readonly text: string;
  readonly manifest: readonly ManifestLine[];
  readonly failures: readonly ManifestLine[];
  /** These failures replace `manifest` if the requests do not fit even into an empty file. */
  readonly asTooLarge: readonly ManifestLine[];
}

function writeUnit({ document, rendering }: Unit, source: Source, customIds: ReadonlySet<string>): WrittenUnit {
  const { requests, failures } = failIfIdMissing(rendering, source, document);
  const documentId = document['_id'];
  const parent = readPath(document, source.parentIdField);
  const chunk = readPath(document, source.chunkIdField);
  const parentId = idText(parent);
  const chunkId = idText(chunk);
  let text = '';
  let inputs = 0;
  let tokens = 0;
  const manifest: ManifestLine[] = [];
  for (const request of requests) {
    const byChunk = customId(request.function, parent, chunk);
    // If two documents have the same chunk id, the document's own id makes the second custom_id unique.
    const id = customIds.has(byChunk)
      ? customId(request.function, parent, `${chunkId} ${encodeId(documentId)}`)
      : byChunk;
    text += requestLine(id, request);
    inputs += request.inputs;
    tokens += request.inputTokens;
    manifest.push({ customId: id, documentId, chunkId, parentId, function: request.function });
  }
  const failureOf = (name: string, error: DocumentError): ManifestLine => ({
    customId: null,
    documentId,
    function: name,
    error,
  });
  const tooLarge = {
    kind: 'ValidationError',
    code: 'request.too-large',
    message: "the document's requests do not fit into one batch file",
  } as const;
  return {
    text,
    manifest,
    failures: failures.map((failure) => failureOf(failure.function, failure.error)),
    asTooLarge: requests.map((request) => failureOf(request.function, tooLarge)),
    documents: 1,
    requests: requests.length,
    bytes: Buffer.byteLength(text),
    inputs,
    tokens,
  };
}

/** A vector is stored under the document's ids: if one is missing, its embedding is not requested. */
function failIfIdMissing({ requests, failures }: Rendering, source: Source, document: Fields): Rendering {
  const error = requests.some(({ inputs }) => inputs > 0) ? missingId(source, document) : null;
  if (error === null) return { requests, failures };
  return {
    requests: [],
    failures: [...failures, ...requests.map((request) => ({ function: request.function, error }))],
  };
}
