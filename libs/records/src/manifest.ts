import type { Blobs } from '@batchmill/blobs';
import type { DocumentError } from '@batchmill/contracts';
import { decodeId, encodeId } from '@batchmill/documents';
import { readLines } from './read-lines.js';

/** What one line of a batch file asks, or what could not be asked. Results are resolved by it, never by taking ids apart. */
export type ManifestLine = RequestedLine | UnrenderedLine;

export interface RequestedLine {
  readonly customId: string;
  readonly documentId: unknown;
  readonly chunkId: string;
  readonly parentId: string;
  readonly function: string;
}

export interface UnrenderedLine {
  readonly customId: null;
  readonly documentId: unknown;
  readonly function: string;
  readonly error: DocumentError;
}

/** Requests first, in the file's order, then what could not be rendered. */
export async function writeManifest(blobs: Blobs, lines: readonly ManifestLine[]): Promise<string> {
  const { name } = await blobs.write(textOf(lines), '.manifest.jsonl');
  return name;
}

export async function* readManifest(blobs: Blobs, name: string): AsyncGenerator<ManifestLine, void, undefined> {
  for await (const { bytes } of readLines(blobs.read(name))) {
    // Written by `writeManifest` alone.
    const line = JSON.parse(bytes.toString('utf8')) as ManifestLine & { documentId: string };
    yield { ...line, documentId: decodeId(line.documentId) };
  }
}

async function* textOf(lines: readonly ManifestLine[]): AsyncGenerator<string, void, undefined> {
  for (let from = 0; from < lines.length; from += 1000) {
    const slice = lines.slice(from, from + 1000);
    yield slice.map((line) => `${JSON.stringify({ ...line, documentId: encodeId(line.documentId) })}\n`).join('');
  }
}
