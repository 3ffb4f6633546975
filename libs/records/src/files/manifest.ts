import type { Blobs } from '@batchmill/blobs';
import type { DocumentError } from '@batchmill/contracts';
import { decodeId, encodeId } from '@batchmill/documents';
import { readLines } from './read-lines.js';

/** The document and the function of one line of the batch file, or of a request that could not be rendered. */
export type ManifestLine = RequestedLine | UnrenderedLine;

/** A request, in most cases a line of the batch file. Its result is found by `customId`, which is compared and never parsed. */
export interface RequestedLine {
  readonly customId: string;
  readonly documentId: unknown;
  readonly chunkId: string;
  readonly parentId: string;
  readonly function: string;
  /** The key under which its answer is kept, so that others may take it; missing: it is not kept. */
  readonly key?: string;
  /** SHA-256 of the text that is embedded, as base64url. Missing for prompts, and in manifests of earlier versions. */
  readonly textHash?: string;
  /** True: it is not in the batch file, because the answer to an earlier request is taken. */
  readonly isReused?: true;
  /** The key of the answer that it takes, so that it is found when the document is forgotten. Missing in files of earlier versions. */
  readonly reusedKey?: string;
  /** It is not in the batch file, because it is the same as the request with this `custom_id`, whose answer it takes. */
  readonly copyOf?: string;
  /** It is not in the batch file, because another document of the run asks for the same text, whose vector it takes. */
  readonly awaits?: AwaitedText;
}

/** The text of another document, by its hash in the line. */
export interface AwaitedText {
  /** The claim of that document. */
  readonly claimId: string;
  /** Those of the text. */
  readonly inputTokens: number;
}

/** A request that is not in the batch file, because its prompt could not be rendered. */
export interface UnrenderedLine {
  readonly customId: null;
  readonly documentId: unknown;
  readonly function: string;
  readonly error: DocumentError;
}

/** Whether a request is not in the batch file, since it takes another's answer or vector. Nobody is billed for it. */
export function isUnsent({ isReused, copyOf, awaits }: Pick<RequestedLine, 'isReused' | 'copyOf' | 'awaits'>): boolean {
  return isReused === true || copyOf !== undefined || awaits !== undefined;
}

/**
 * Writes the requested lines in the order of the batch file, those that are not in it beside the others of their document, then the unrendered ones. Resolves with the blob's name.
 */
export async function writeManifest(blobs: Blobs, lines: readonly ManifestLine[]): Promise<string> {
  const { name } = await blobs.write(textOf(lines), '.manifest.jsonl');
  return name;
}

/** Reads the lines one at a time. Rejects with a ProcessingError `blobs.missing` when there is no such blob. */
export async function* readManifest(blobs: Blobs, name: string): AsyncGenerator<ManifestLine, void, undefined> {
  for await (const { bytes } of readLines(blobs.read(name))) {
    // Only `writeManifest` writes these files.
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
