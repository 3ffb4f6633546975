import type { DocumentError } from '@batchmill/contracts';
import { idText, readPath } from '@batchmill/documents';
import { linesOfDocument, tooLarge, type FileAddition, type Source } from '@batchmill/pipeline';
import type { RenderedRequest } from '@batchmill/provider';
import type { ManifestLine, RequestedLine } from '@batchmill/records';
import type { Unit } from './read-units.js';

/** The lines of a unit in a batch file and in its manifest. */
export interface WrittenUnit extends FileAddition {
  readonly text: string;
  readonly manifest: readonly RequestedLine[];
  /** The answers that its requests take, by `custom_id`. */
  readonly answers: readonly { readonly customId: string; readonly body: string }[];
  readonly failures: readonly ManifestLine[];
  /** These failures replace `manifest` if the requests do not fit even into an empty file. */
  readonly asTooLarge: readonly ManifestLine[];
}

/** What is in a batch file so far. */
export interface FileContents {
  readonly customIds: ReadonlySet<string>;
  /** The `custom_id` of each request whose answer others may take, by its key (see `Reuse`). */
  readonly byKey: ReadonlyMap<string, string>;
}

type HowAnswered = Pick<RequestedLine, 'key' | 'isReused' | 'reusedKey' | 'copyOf' | 'awaits'>;

export function writeUnit({ document, rendering, reuse }: Unit, source: Source, file: FileContents): WrittenUnit {
  const ownKeys = new Set<string>();
  const isSent = (request: { readonly function: string }): boolean => {
    const known = reuse.get(request.function);
    if (known === undefined) return true;
    if (known.answer !== null || file.byKey.has(known.key) || ownKeys.has(known.key)) return false;
    if (known.awaits !== undefined) return false;
    ownKeys.add(known.key);
    return true;
  };
  const { customIds } = file;
  const { requested, failures, ...lines } = linesOfDocument(document, rendering, source, { customIds, isSent });
  const documentId = document['_id'];
  const chunkId = idText(readPath(document, source.chunkIdField));
  const parentId = idText(readPath(document, source.parentIdField));
  const failureOf = (name: string, error: DocumentError): ManifestLine => ({
    customId: null,
    documentId,
    function: name,
    error,
  });
  const firstOwn = new Map<string, string>();
  const howAnswered = (customId: string, request: RenderedRequest): HowAnswered => {
    const known = reuse.get(request.function);
    if (known === undefined) return {};
    const { key, answer, awaits: claimId } = known;
    // A vector is kept in the vector store alone, and found there by the hash of its text.
    const isKept = request.textHash === undefined;
    if (answer !== null) return isKept ? { isReused: true, reusedKey: key } : { isReused: true };
    const copyOf = file.byKey.get(key) ?? firstOwn.get(key);
    if (copyOf !== undefined) return { copyOf };
    if (claimId !== undefined) return { awaits: { claimId, inputTokens: request.inputTokens } };
    firstOwn.set(key, customId);
    return isKept ? { key } : {};
  };
  return {
    ...lines,
    manifest: requested.map(({ customId, request }) => ({
      customId,
      documentId,
      chunkId,
      parentId,
      function: request.function,
      ...(request.textHash !== undefined && { textHash: request.textHash }),
      ...howAnswered(customId, request),
    })),
    answers: requested.flatMap(({ customId, request }) => {
      const answer = reuse.get(request.function)?.answer ?? null;
      return answer === null ? [] : [{ customId, body: answer.body }];
    }),
    failures: failures.map((failure) => failureOf(failure.function, failure.error)),
    asTooLarge: requested.map(({ request }) => failureOf(request.function, tooLarge)),
  };
}
