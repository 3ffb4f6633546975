import { FolderBlobs } from '@batchmill/blobs/folder';
import { RandomIds } from '@batchmill/contracts';
import { parseResultLine } from '@batchmill/provider';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ReuseFile } from './reuse-file.js';

describe('the file of answers that requests take', () => {
  let folder: string;
  let blobs: FolderBlobs;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reuse-file-'));
    blobs = await FolderBlobs.open({ folder, ids: new RandomIds() });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const files = async (): Promise<string[]> =>
    (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.reused.jsonl'));

  it('M2: holds a result line per answer, many more than fit into a buffer', async () => {
    const file = new ReuseFile(blobs);
    const body = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(2_000) } }] });

    for (let index = 0; index < 500; index += 1) await file.add(`summary__${index}`, body);
    const name = await file.end();

    const results = (await text(blobs.read(name ?? '')))
      .split('\n')
      .filter((line) => line !== '')
      .map(parseResultLine);
    expect(results).toHaveLength(500);
    expect(results[499]).toEqual(
      parseResultLine(`{"custom_id":"summary__499","response":{"status_code":200,"body":${body}}}`),
    );
  });

  it('M2: without an answer there is none', async () => {
    expect(await new ReuseFile(blobs).end()).toBeNull();
    expect(await files()).toEqual([]);
  });

  it('M2: one that is abandoned leaves nothing, before its first answer and after', async () => {
    new ReuseFile(blobs).abandon();
    const file = new ReuseFile(blobs);
    await file.add('summary__1', '{}');

    file.abandon();

    await expect(file.end()).rejects.toThrow('the batch file was not written');
    expect(await files()).toEqual([]);
  });

  it('M2: an answer that cannot be written is an error, and waits for nothing', async () => {
    await rm(folder, { recursive: true });
    const file = new ReuseFile(blobs);
    const addMany = async (): Promise<void> => {
      for (let index = 0; index < 500; index += 1) await file.add(`summary__${index}`, '"x"'.padEnd(2_000));
    };

    await expect(addMany()).rejects.toMatchObject({ code: expect.stringMatching(/^blobs\./) });
  });
});
