import type { DocumentError } from '@batchmill/contracts';
import { encodeId, idText, readPath } from '@batchmill/documents';
import { missingId, type Source } from '@batchmill/pipeline';
import {
  customId,
  emptyBatchFile,
  fitsBatchFile,
  requestLine,
  type BatchFileLimits,
  type BatchFileSize,
  type FileLimits,
  type Rendering,
} from '@batchmill/provider';
import type { ManifestLine } from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import type { WorstUsage } from '@batchmill/models';
import type { Unit } from './read-units.js';
import { addWorstUsage, noWorstUsage, worstUsageOf } from './worst-usage.js';

/** The lines of a unit in a batch file and in its manifest. */
export interface WrittenUnit extends BatchFileSize {
  readonly text: string;
  readonly worst: WorstUsage;
  readonly manifest: readonly ManifestLine[];
  readonly failures: readonly ManifestLine[];
  /** These failures replace `manifest` if the requests do not fit even into an empty file. */
  readonly asTooLarge: readonly ManifestLine[];
}

/** `customIds`: those that the file has. */
export function writeUnit({ document, rendering }: Unit, source: Source, customIds: ReadonlySet<string>): WrittenUnit {
  const { requests, failures } = failIfIdMissing(rendering, source, document);
  const documentId = document['_id'];
  const parent = readPath(document, source.parentIdField);
  const chunk = readPath(document, source.chunkIdField);
  const parentId = idText(parent);
  const chunkId = idText(chunk);
  let text = '';
  let inputs = 0;
  let tokens = 0;
  let worst = noWorstUsage;
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
    worst = addWorstUsage(worst, worstUsageOf(request));
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
    worst,
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

/**
 * True when no file of the provider can hold the unit. What the provider's refusals taught does not count here: such a unit is tried alone, and its
 * own refusal decides.
 */
export function isTooLargeFor(limits: BatchFileLimits, ofProvider: FileLimits, written: WrittenUnit): boolean {
  return !fitsBatchFile(emptyBatchFile, written, { ...limits, ...ofProvider, maxTokens: null });
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
