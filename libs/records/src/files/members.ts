import type { Blobs } from '@batchmill/blobs';
import { decodeId, encodeId } from '@batchmill/documents';
import { readLines } from './read-lines.js';

/** A document of a claim, as the scan found it. */
export interface Member {
  readonly id: unknown;
  /** The claim that the document carried; null: none. */
  readonly previousClaimId: string | null;
  /** The functions that the claim requests. */
  readonly functions: readonly string[];
  /** True when the document had ended: everything is requested from the beginning. */
  readonly restart: boolean;
  /** True when the functions are requested again with their attempts reset. The other functions stay as they are. */
  readonly retryFailed?: boolean;
  /** True when the document had ended and lacks the functions. */
  readonly missing?: boolean;
  /** True when the document was completed, and its vector is of another text or model than it would be now. */
  readonly stale?: boolean;
  /** The most documents of its batch; missing or null: any number. */
  readonly together?: number | null;
}

/** Writes the members as a blob of JSON lines. Resolves with its name. */
export async function writeMembers(blobs: Blobs, members: Iterable<Member>): Promise<string> {
  const { name } = await blobs.write(linesOf(members), '.members.jsonl');
  return name;
}

/** Reads the members one at a time. Rejects with a ProcessingError `blobs.missing` when there is no such blob. */
export async function* readMembers(blobs: Blobs, name: string): AsyncGenerator<Member, void, undefined> {
  for await (const { bytes } of readLines(blobs.read(name))) {
    // Only `writeMembers` writes these files.
    const { id, ...rest } = JSON.parse(bytes.toString('utf8')) as Omit<Member, 'id'> & { id: string };
    yield { ...rest, id: decodeId(id) };
  }
}

async function* linesOf(members: Iterable<Member>): AsyncGenerator<string, void, undefined> {
  let lines: string[] = [];
  for (const { id, ...rest } of members) {
    lines.push(JSON.stringify({ id: encodeId(id), ...rest }));
    if (lines.length < 1000) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
