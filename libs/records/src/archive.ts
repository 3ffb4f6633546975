import type { Blobs } from '@batchmill/blobs';
import { decodeId, encodeId } from '@batchmill/documents';
import { readLines } from './read-lines.js';

/** One line of an archive: all that a batch answered of one document. */
export interface ArchivedDocument {
  readonly documentId: unknown;
  readonly chunkId: string;
  /** What the pipeline's `documentIdField` or `parentIdField` held, as text. */
  readonly parentId: string;
  /** When it was archived. Of two archives that answer the same function of a document, the later counts. */
  readonly at: Date;
  /** At least one, in the order in which they were asked. */
  readonly answers: readonly ArchivedAnswer[];
  /** Functions that this batch asked of it, and that have no answer here: asked again by a later batch, or given up. */
  readonly unanswered: readonly string[];
}

export interface ArchivedAnswer {
  readonly function: string;
  readonly customId: string;
  /** The JSON that was asked for, of its schema; else the text. No processor has seen it. */
  readonly content: unknown;
  /** What the provider answered, whole. */
  readonly body: object;
}

/** Nothing but the document that is being written is held in memory. */
export async function writeArchive(blobs: Blobs, documents: AsyncIterable<ArchivedDocument>): Promise<string> {
  const { name } = await blobs.write(textOf(documents), '.archive.jsonl');
  return name;
}

/** The documents of an archive, one at a time. Rejects with a ProcessingError `blobs.missing` when it is not there. */
export async function* readArchive(blobs: Blobs, name: string): AsyncGenerator<ArchivedDocument, void, undefined> {
  for await (const { bytes } of readLines(blobs.read(name))) {
    // Written by `writeArchive` alone.
    const line = JSON.parse(bytes.toString('utf8')) as ArchivedDocument & { documentId: string; at: string };
    yield { ...line, documentId: decodeId(line.documentId), at: new Date(line.at) };
  }
}

async function* textOf(documents: AsyncIterable<ArchivedDocument>): AsyncGenerator<string, void, undefined> {
  for await (const { documentId, ...rest } of documents) {
    yield `${JSON.stringify({ documentId: encodeId(documentId), ...rest })}\n`;
  }
}
