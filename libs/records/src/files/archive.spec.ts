import { FolderBlobs } from '@batchmill/blobs/folder';
import { RandomIds } from '@batchmill/contracts';
import { decodeId } from '@batchmill/documents';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readArchive, writeArchive, type ArchivedDocument } from './archive.js';

/** The line of one document, which the guide quotes. */
const line = String.raw`
{
  "documentId": "{\"$oid\":\"65a1f0c2e4b0a1b2c3d4e5f6\"}",
  "chunkId": "65a1f0c2e4b0a1b2c3d4e5f6",
  "parentId": "g1",
  "at": "2026-01-02T03:04:05.000Z",
  "answers": [
    {
      "function": "topics",
      "customId": "topics_g1_65a1f0c2e4b0a1b2c3d4e5f6",
      "content": { "topics": [{ "name": "earnings", "relevance": 0.9 }] },
      "body": { "id": "chatcmpl-1", "choices": [], "usage": { "total_tokens": 12 } }
    }
  ],
  "unanswered": ["entities"]
}
`;

describe('an archive', () => {
  let folder: string;
  let blobs: FolderBlobs;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-'));
    blobs = await FolderBlobs.open({ folder, ids: new RandomIds() });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('S7: is a JSON line per document and is read back as it was written', async () => {
    const written = JSON.parse(line) as ArchivedDocument & { documentId: string; at: string };
    const document = { ...written, documentId: decodeId(written.documentId), at: new Date(written.at) };

    const name = await writeArchive(blobs, twice(document));

    const stored = JSON.stringify(written);
    expect(name).toMatch(/\.archive\.jsonl$/);
    expect(await text(blobs.read(name))).toBe(`${stored}\n${stored}\n`);
    expect(await Array.fromAsync(readArchive(blobs, name))).toEqual([document, document]);
  });
});

async function* twice<T>(item: T): AsyncGenerator<T, void, undefined> {
  yield item;
  yield item;
}
