import { encodeId, idText, readPath, type SourceDocument } from '@batchmill/documents';
import {
  addWorstUsage,
  customId,
  noWorstUsage,
  requestLine,
  worstUsageOf,
  type RenderFailure,
  type RenderedRequest,
  type Rendering,
} from '@batchmill/provider';
import type { Source } from '../pipeline.js';
import { missingId } from '../requests/missing-id.js';
import type { FileAddition } from './batch-filling.js';

/** The lines of one document's requests to one model in a batch file. */
export interface DocumentLines extends FileAddition {
  readonly text: string;
  /** Those that are not sent as well. */
  readonly requested: readonly { readonly customId: string; readonly request: RenderedRequest }[];
  readonly failures: readonly RenderFailure[];
}

const noIds: ReadonlySet<string> = new Set();

/** `customIds`: those that the file has. `isSent`: is asked of each request once, in their order. Default: all are. */
export function linesOfDocument(
  document: SourceDocument,
  rendering: Rendering,
  source: Source,
  {
    customIds = noIds,
    isSent = () => true,
  }: { readonly customIds?: ReadonlySet<string>; readonly isSent?: (request: RenderedRequest) => boolean } = {},
): DocumentLines {
  const { requests, failures } = withoutUnstorable(document, rendering, source);
  const parent = readPath(document, source.parentIdField);
  const chunk = readPath(document, source.chunkIdField);
  let text = '';
  let inputs = 0;
  let tokens = 0;
  let unsent = 0;
  let worst = noWorstUsage;
  const requested: { customId: string; request: RenderedRequest }[] = [];
  for (const request of requests) {
    const byChunk = customId(request.function, parent, chunk);
    // If two documents have the same chunk id, the document's own id makes the second custom_id unique.
    const id = customIds.has(byChunk)
      ? customId(request.function, parent, `${idText(chunk)} ${encodeId(document['_id'])}`)
      : byChunk;
    requested.push({ customId: id, request });
    if (!isSent(request)) {
      unsent += 1;
      continue;
    }
    text += requestLine(id, request);
    inputs += request.inputs;
    tokens += request.inputTokens;
    worst = addWorstUsage(worst, worstUsageOf(request));
  }
  const bytes = Buffer.byteLength(text);
  const sent = { requests: requests.length - unsent, bytes, inputs, tokens, worst };
  return { text, requested, failures, documents: 1, ...sent, unsent };
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
