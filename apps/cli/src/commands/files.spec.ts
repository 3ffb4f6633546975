import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { notSubmitted } from '@batchmill/records';
import { LettersHome } from '../testing/letters-home.js';

interface FileJson {
  readonly id: string;
  readonly use: string;
}

describe('batchmill files', () => {
  let home: LettersHome;
  beforeEach(async () => {
    home = await LettersHome.open();
  });
  afterEach(() => home.close());

  const list = () => home.json<FileJson[]>('files', 'list');

  /** A run whose files the provider did not delete, files of others, one of a batch that is to be sent, and one without a record. */
  async function planted(): Promise<{ left: string[]; kept: string[] }> {
    await home.account.injectFaults({ on: 'files.delete', what: 'status', value: 400 });
    await home.run('first', 2);
    await home.account.injectFaults();
    const left = (await list()).map(({ id }) => id);
    const installation = await home.installation();
    await home.insertBatch('second.c1', { submission: { ...notSubmitted, uploadKey: 'up' } });
    const kept = [
      await home.account.uploadFile('report.jsonl'),
      await home.account.uploadFile('7e0f.first.c1.b1~up.jsonl'),
      await home.account.uploadFile(`${installation}.second.c1.b1~up.jsonl`),
      await home.account.uploadFile(`${installation}.third.c1.b1~up.jsonl`),
    ];
    return { left, kept };
  }

  it('Y4: list tells the files of this installation with their batches, and whether these need them, from those of others', async () => {
    const { left, kept } = await planted();

    const files = await list();
    const { out } = await home.batchmill('files', 'list');

    const [report, other, second, third] = kept;
    const first = { whose: 'ours', batchId: 'first.c1.b1', batchState: 'ingested', use: 'not-needed' };
    expect(left).toHaveLength(2);
    expect(files).toHaveLength(6);
    expect(files).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: left[0], kind: 'input', ...first }),
        expect.objectContaining({ id: left[1], kind: 'output', bytes: expect.any(Number), ...first }),
        expect.objectContaining({ id: report, whose: 'unknown', use: 'unknown' }),
        expect.objectContaining({ id: other, whose: 'other-installation', installation: '7e0f', use: 'unknown' }),
        expect.objectContaining({ id: second, batchState: 'built', use: 'needed' }),
        expect.objectContaining({ id: third, batchState: null, use: 'unknown', why: 'no-record' }),
      ]),
    );
    expect(out).toMatch(/^FILE +KIND +SIZE +CREATED +OF +BATCH +STATE +NEEDED\n/);
    expect(out).toMatch(/\n6 files, .*; 2 files \(.*\) not needed: batchmill files clean\n$/);
  });

  it('Y4: clean deletes what its batch does not need, and nothing else', async () => {
    const { left, kept } = await planted();

    const { code, out } = await home.batchmill('files', 'clean', '--yes', '--json');

    expect(code).toBe(0);
    const { deleted } = JSON.parse(out) as { deleted: string[] };
    expect(deleted.toSorted()).toEqual(left.toSorted());
    expect((await list()).map(({ id }) => id).toSorted()).toEqual(kept.toSorted());
    expect(await home.withBatches((batches) => Array.fromAsync(batches.withLeftFiles()))).toEqual([]);
    const again = await home.batchmill('files', 'clean', '--yes');
    expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^every file .* is needed/) });
  });

  it('Y4: clean deletes nothing without a confirmation', async () => {
    const { left } = await planted();

    const { code, err } = await home.batchmill('files', 'clean');

    expect([code, err]).toEqual([1, expect.stringContaining('found no --yes')]);
    expect((await list()).map(({ id }) => id)).toEqual(expect.arrayContaining(left));
  });

  it('Y4: clean says which file it could not delete, deletes the others, and exits with 3', async () => {
    const { left } = await planted();
    const [input = '', output] = left;
    await home.account.injectFaults({ on: 'files.delete', what: 'status', value: 400, match: input });

    const { code, out } = await home.batchmill('files', 'clean', '--yes');

    expect(code).toBe(3);
    expect(out).toMatch(new RegExp(`^input file ${input} was left: .*\n1 file deleted`));
    const ids = (await list()).map(({ id }) => id);
    expect([ids.includes(input), ids.includes(output ?? '')]).toEqual([true, false]);
  });

  it('Y4: clean leaves the input file that a provider batch reads, whoever made that batch', async () => {
    await home.run('first', 1);
    const installation = await home.installation();
    const fileName = `${installation}.first.c1.b1~up.jsonl`;
    await home.withBatches((_, store) =>
      store.collection('batches').updateOne({ _id: 'first.c1.b1' }, { $push: { uploads: { key: 'up', fileId: 'f' } } }),
    );
    await home.account.injectFaults({ on: 'batch', what: 'stay', value: 'in_progress' });
    const { inputFileId } = await home.account.createBatch({ fileName });

    await home.batchmill('files', 'clean', '--yes');

    expect(await list()).toMatchObject([{ id: inputFileId, use: 'needed', why: 'being-read' }]);
  });
});
