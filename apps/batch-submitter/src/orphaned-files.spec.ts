import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { notSubmitted, type Batch, type Submission } from '@batchmill/records';
import { TestEngine, builtBatch } from '@batchmill/testing';
import { inputFileName, readInputFileName } from './input-file-name.js';
import { OrphanedBatches } from './orphaned-batches.js';
import { OrphanedFiles } from './orphaned-files.js';

const installation = 'test-installation';

describe('an input file that no record holds', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({
      pipelines: [],
      simulator: { turnaround: { kind: 'fixed', seconds: 36_000 }, speed: 1 },
    });
  });
  afterEach(() => bundle.close());

  it('is deleted when another file of its upload was kept', async () => {
    const lost = await upload('first');
    const kept = await upload('first');
    await insert({ submission: { fileId: kept }, uploads: [{ key: 'first', fileId: kept }] });

    await orphanedFiles().handleAll();

    expect(await fileIds()).toEqual([kept]);
    expect(lost).not.toBe(kept);
    expect(await bundle.engine.batches.get('r.c1.b1')).toMatchObject({ removed: [lost] });
  });

  it('is deleted when its batch was ingested', async () => {
    await upload('first');
    await insert({ state: 'ingested', uploads: [{ key: 'first', fileId: 'deleted-before' }] });

    await orphanedFiles().handleAll();

    expect(await fileIds()).toEqual([]);
  });

  it.each<[string, Overrides]>([
    ['its upload is under way', { submission: { uploadKey: 'first' } }],
    ['its id is about to be saved', { submission: { uploadKey: 'first' }, state: 'submitted' }],
  ])('stays while %s', async (_, overrides) => {
    const file = await upload('first');
    await insert(overrides);

    await orphanedFiles().handleAll();

    expect(await fileIds()).toEqual([file]);
    expect(bundle.log.lines).toEqual([]);
  });

  it.each<[string, Overrides | null]>([
    ['there is no record of its batch', null],
    ['the record knows another upload', { submission: { fileId: 'f' }, uploads: [{ key: 'earlier', fileId: 'f' }] }],
    ['the batch was ingested, and its record knows another upload', { state: 'ingested' }],
  ])('Y4: is reported once and left alone when %s', async (_, overrides) => {
    const file = await upload('later');
    if (overrides !== null) await insert(overrides);
    const files = orphanedFiles();

    await files.handleAll();
    await files.handleAll();

    expect(await fileIds()).toEqual([file]);
    expect(bundle.log.lines).toMatchObject([{ level: 'warn', fields: { fileId: file, batchId: 'r.c1.b1' } }]);
  });

  it('Y4: stays while a provider batch reads it, whatever the record says', async () => {
    const file = await upload('first');
    await bundle.engine.provider.createBatch({
      inputFileId: file,
      endpoint: '/v1/embeddings',
      completionWindow: '24h',
      metadata: {},
      deadline: new Date(bundle.clock.now().getTime() + 10_000),
    });
    await insert({ submission: { fileId: 'another' }, uploads: [{ key: 'first', fileId: 'another' }] });

    await orphanedFiles().handleAll();

    expect(await fileIds()).toEqual([file]);
  });

  it('that cannot be deleted is logged, the others are deleted, and the next sweep tries it again', async () => {
    const lost = [await upload('first'), await upload('first'), await upload('first')];
    const kept = await upload('first');
    await insert({ submission: { fileId: kept }, uploads: [{ key: 'first', fileId: kept }] });
    await bundle.injectFaults({ on: 'files.delete', what: 'status', value: 403, match: lost[2]! });

    await orphanedFiles().handleAll();

    expect((await fileIds()).sort()).toEqual([lost[2], kept].sort());
    const warnings = bundle.log.lines.filter(({ level }) => level === 'warn');
    expect(warnings).toMatchObject([{ fields: { fileId: lost[2], batchId: 'r.c1.b1' } }]);
    await bundle.injectFaults();
    await orphanedFiles().handleAll();
    expect(await fileIds()).toEqual([kept]);
  });

  it('of another installation is left alone', async () => {
    const file = await upload('first', 'another-installation');

    await orphanedFiles().handleAll();

    expect(await fileIds()).toEqual([file]);
    expect(bundle.log.lines).toEqual([]);
  });

  function orphanedFiles(): OrphanedFiles {
    const { batches, provider, engineSettings, log } = bundle.engine;
    const orphanedBatches = OrphanedBatches.on(bundle.engine);
    return new OrphanedFiles(batches, provider, orphanedBatches, engineSettings, log);
  }

  async function upload(key: string, owner = installation): Promise<string> {
    const body = { model: 'text-embedding-3-small', input: 'a text' };
    const line = { custom_id: 'embeddings_1', method: 'POST', url: '/v1/embeddings', body };
    const content = Buffer.from(`${JSON.stringify(line)}\n`);
    async function* open(): AsyncGenerator<Uint8Array> {
      yield content;
    }
    const name = inputFileName({ installation: owner, batchId: 'r.c1.b1', key });
    const { id } = await bundle.engine.provider.uploadFile({ name, bytes: content.length, open });
    return id;
  }

  async function fileIds(): Promise<string[]> {
    return Array.fromAsync(bundle.engine.provider.listInputFiles(), ({ id }) => id);
  }

  async function insert({ submission = {}, ...overrides }: Overrides): Promise<void> {
    const batch = bundle.engine.batches.new(builtBatch);
    const record = { ...batch, ...overrides, submission: { ...notSubmitted, ...submission } };
    await bundle.engine.batches.insert(record).apply([]);
  }
});

type Overrides = Partial<Omit<Batch, 'submission'>> & { submission?: Partial<Submission> };

describe('the name of an input file', () => {
  it('tells the batch and the upload, also for names of an earlier version', () => {
    const name = inputFileName({ installation: 'one', batchId: 'my.run-1.c1.b2', key: 'a-key' });

    expect(readInputFileName(name, 'one')).toEqual({ batchId: 'my.run-1.c1.b2', key: 'a-key' });
    expect(readInputFileName(name, 'two')).toBeNull();
    expect(readInputFileName('one.my.run-1.c1.b2.jsonl', 'one')).toEqual({ batchId: 'my.run-1.c1.b2', key: null });
    expect(readInputFileName('one.txt', 'one')).toBeNull();
  });
});
