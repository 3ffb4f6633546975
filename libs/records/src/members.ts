import type { Blobs } from '@batchmill/blobs';
import { decodeId, encodeId } from '@batchmill/documents';
import { readLines } from './read-lines.js';

/** A document of a claim, as it was found. */
export interface Member {
  readonly id: unknown;
  /** The claim that it carried; null: none. */
  readonly previousClaimId: string | null;
  /** What the claim asks of it. */
  readonly functions: readonly string[];
  /** True when it had been completed or failed and starts anew. */
  readonly restart: boolean;
  /** True when what failed of it is requested again, with its attempts from the start; what is done of it stays. */
  readonly retryFailed?: boolean;
}

/** Writes the members as a blob of JSON lines. */
export async function writeMembers(blobs: Blobs, members: Iterable<Member>): Promise<string> {
  const { name } = await blobs.write(linesOf(members), '.members.jsonl');
  return name;
}

export async function* readMembers(blobs: Blobs, name: string): AsyncGenerator<Member, void, undefined> {
  for await (const { bytes } of readLines(blobs.read(name))) {
    // Written by `writeMembers` alone.
    const { id, ...rest } = JSON.parse(bytes.toString('utf8')) as Omit<Member, 'id'> & { id: string };
    yield { ...rest, id: decodeId(id) };
  }
}

async function* linesOf(members: Iterable<Member>): AsyncGenerator<string, void, undefined> {
  let lines: string[] = [];
  for (const { id, previousClaimId, functions, restart, retryFailed } of members) {
    lines.push(JSON.stringify({ id: encodeId(id), previousClaimId, functions, restart, retryFailed }));
    if (lines.length < 1000) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
  if (lines.length > 0) yield `${lines.join('\n')}\n`;
}
