import type { WorstUsage } from '@batchmill/models';
import { encodeId, idText, readPath, type SourceDocument } from '@batchmill/documents';
import {
  addWorstUsage,
  customId,
  noWorstUsage,
  requestLine,
  worstUsageOf,
  type BatchFileSize,
  type RenderFailure,
  type RenderedRequest,
  type Rendering,
} from '@batchmill/provider';
import type { Source } from '../pipeline.js';
import { missingId } from '../requests/missing-id.js';

/** The lines of one document's requests to one model in a batch file. */
export interface DocumentLines extends BatchFileSize {
  readonly text: string;
  readonly worst: WorstUsage;
  readonly requested: readonly { readonly customId: string; readonly request: RenderedRequest }[];
  readonly failures: readonly RenderFailure[];
}

const noIds: ReadonlySet<string> = new Set();

/** `customIds`: those that the file has. */
export function linesOfDocument(
  document: SourceDocument,
  rendering: Rendering,
  source: Source,
  customIds: ReadonlySet<string> = noIds,
): DocumentLines {
  const { requests, failures } = withoutUnstorable(document, rendering, source);
  const parent = readPath(document, source.parentIdField);
  const chunk = readPath(document, source.chunkIdField);
  let text = '';
  let inputs = 0;
  let tokens = 0;
  let worst = noWorstUsage;
  const requested: { customId: string; request: RenderedRequest }[] = [];
  for (const request of requests) {
    const byChunk = customId(request.function, parent, chunk);
    // If two documents have the same chunk id, the document's own id makes the second custom_id unique.
    const id = customIds.has(byChunk)
      ? customId(request.function, parent, `${idText(chunk)} ${encodeId(document['_id'])}`)
      : byChunk;
    text += requestLine(id, request);
    inputs += request.inputs;
    tokens += request.inputTokens;
    worst = addWorstUsage(worst, worstUsageOf(request));
    requested.push({ customId: id, request });
  }
  const bytes = Buffer.byteLength(text);
  return { text, worst, requested, failures, documents: 1, requests: requests.length, bytes, inputs, tokens };
}

/** A vector is stored under the document's ids: if one is missing, its embedding is not requested. */
export function withoutUnstorable(
  document: SourceDocument,
  { requests, failures }: Rendering,
  source: Source,
): Rendering {
  const error = requests.some(({ inputs }) => inputs > 0) ? missingId(source, document) : null;
  if (error === null) return { requests, failures };
  return {
    requests: [],
    failures: [...failures, ...requests.map((request) => ({ function: request.function, error }))],
  };
}
