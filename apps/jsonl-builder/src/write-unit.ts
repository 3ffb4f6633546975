import type { DocumentError } from '@batchmill/contracts';
import { idText, readPath } from '@batchmill/documents';
import { linesOfDocument, tooLarge, type FileAddition, type Source } from '@batchmill/pipeline';
import type { ManifestLine } from '@batchmill/records';
import type { Unit } from './read-units.js';

/** The lines of a unit in a batch file and in its manifest. */
export interface WrittenUnit extends FileAddition {
  readonly text: string;
  readonly manifest: readonly ManifestLine[];
  readonly failures: readonly ManifestLine[];
  /** These failures replace `manifest` if the requests do not fit even into an empty file. */
  readonly asTooLarge: readonly ManifestLine[];
}

/** `customIds`: those that the file has. */
export function writeUnit({ document, rendering }: Unit, source: Source, customIds: ReadonlySet<string>): WrittenUnit {
  const { requested, failures, ...lines } = linesOfDocument(document, rendering, source, customIds);
  const documentId = document['_id'];
  const chunkId = idText(readPath(document, source.chunkIdField));
  const parentId = idText(readPath(document, source.parentIdField));
  const failureOf = (name: string, error: DocumentError): ManifestLine => ({
    customId: null,
    documentId,
    function: name,
    error,
  });
  return {
    ...lines,
    manifest: requested.map(({ customId, request }) => ({
      customId,
      documentId,
      chunkId,
      parentId,
      function: request.function,
    })),
    failures: failures.map((failure) => failureOf(failure.function, failure.error)),
    asTooLarge: requested.map(({ request }) => failureOf(request.function, tooLarge)),
  };
}
