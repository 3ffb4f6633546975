import { FolderBlobs } from '@batchmill/blobs/folder';
import { RandomIds } from '@batchmill/contracts';
import { writeManifest, type RequestedLine } from '@batchmill/records';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SentRequests } from './sent-requests.js';

const line = (customId: string, how: Partial<RequestedLine> = {}): RequestedLine => ({
  ...{ customId, documentId: customId, chunkId: customId, parentId: '', function: 'summary' },
  ...how,
});

describe('the requests of a batch', () => {
  let folder: string;
  let blobs: FolderBlobs;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sent-requests-'));
    blobs = await FolderBlobs.open({ folder, ids: new RandomIds() });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = async (...lines: RequestedLine[]): Promise<SentRequests> =>
    SentRequests.read(blobs, await writeManifest(blobs, lines));
  const linesOf = (sent: SentRequests): number[] => sent.requests.map((_, index) => sent.lineOf(index));

  it('M2: are the lines of the batch file, in its order', async () => {
    const sent = await read(line('a'), line('b'));

    expect(linesOf(sent)).toEqual([1, 2]);
    expect([sent.isFree(0), sent.copiesOf('a')]).toEqual([false, []]);
  });

  it('M2: that are not in the batch file have the line of the request whose answer they take, or none', async () => {
    const sent = await read(
      line('a', { isReused: true }),
      line('b', { key: 'k' }),
      line('c', { copyOf: 'b' }),
      line('d', { key: 'l' }),
      line('e', { copyOf: 'd' }),
      line('f', { copyOf: 'b' }),
    );

    expect(linesOf(sent)).toEqual([0, 1, 1, 2, 2, 1]);
    expect(sent.requests.map((_, index) => sent.isFree(index))).toEqual([true, false, true, false, true, true]);
    expect(sent.copiesOf('b').map(({ customId }) => customId)).toEqual(['c', 'f']);
  });
});
