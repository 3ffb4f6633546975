import type { Blobs } from '@batchmill/blobs';
import { decodeId, encodeId } from '@batchmill/documents';
import { readLines } from './read-lines.js';

/** One line of an archive: all answers of a batch for one document. */
export interface ArchivedDocument {
  readonly documentId: unknown;
  readonly chunkId: string;
  /** The value of the pipeline's `parentIdField`, as text; empty when the document has none. */
  readonly parentId: string;
  /** When the line was written. Of two archived answers to the same function of a document, the later one counts. */
  readonly at: Date;
  /** At least one, in the order of the requests. */
  readonly answers: readonly ArchivedAnswer[];
  /**
   * Functions that this batch requested and that have no answer here. A later batch requests them again, or they
   * failed.
   */
  readonly unanswered: readonly string[];
}

/** The answer to one function. */
export interface ArchivedAnswer {
  readonly function: string;
  readonly customId: string;
  /** The parsed JSON of an answer with a schema, else the text. No processor was applied. */
  readonly content: unknown;
  /** The provider's whole response body. */
  readonly body: object;
}

/** Writes an archive document by document, with one of them in memory. Resolves with the blob's name. */
export async function writeArchive(blobs: Blobs, documents: AsyncIterable<ArchivedDocument>): Promise<string> {
  const { name } = await blobs.write(textOf(documents), '.archive.jsonl');
  return name;
}

/** Reads the documents one at a time. Rejects with a ProcessingError `blobs.missing` when there is no such blob. */
export async function* readArchive(blobs: Blobs, name: string): AsyncGenerator<ArchivedDocument, void, undefined> {
  for await (const { bytes } of readLines(blobs.read(name))) {
    // Only `writeArchive` writes these files.
    const line = JSON.parse(bytes.toString('utf8')) as ArchivedDocument & { documentId: string; at: string };
    yield { ...line, documentId: decodeId(line.documentId), at: new Date(line.at) };
  }
}

async function* textOf(documents: AsyncIterable<ArchivedDocument>): AsyncGenerator<string, void, undefined> {
  for await (const { documentId, ...rest } of documents) {
    yield `${JSON.stringify({ documentId: encodeId(documentId), ...rest })}\n`;
  }
}
