import { afterEach, describe, expect, it } from '@jest/globals';
import { Leased, type Batch } from '@batchmill/records';
import { ManualClock, TestEngine, builtBatch } from '@batchmill/testing';
import { BatchCreator } from './batch-creator.js';
import { InputFiles, type InputFileState } from './input-files.js';

/** Our clock and that of the provider stand still until they are advanced. */
describe('the input file of a batch', () => {
  let bundle: TestEngine;
  let clock: ManualClock;
  afterEach(() => bundle.close());

  it('a file without anything to wait for is ready, and is looked at no more', async () => {
    await opened();

    expect(await prepared()).toEqual({ kind: 'ready' });
    expect(await prepared()).toEqual({ kind: 'ready' });

    expect(await recorded()).toMatchObject({ submission: { filePendingSince: null } });
    expect(await filesAtProvider()).toHaveLength(1);
  });

  it('a file that the provider processes is uploaded once, and looked at later and later until it is ready', async () => {
    await opened({ what: 'pending', value: 45 });

    const start = clock.now();
    const first = await prepared();
    const since = (await recorded()).submission.filePendingSince;
    clock.advance(20_000);
    const second = await prepared();
    await advanceProvider(45);
    const third = await prepared();

    expect([first, second, third].map(({ kind }) => kind)).toEqual(['pending', 'pending', 'ready']);
    expect(first).toMatchObject({ lookAt: new Date(start.getTime() + 10) });
    expect(second).toMatchObject({ lookAt: new Date(start.getTime() + 30_000) });
    expect(since).toEqual(start);
    expect(await recorded()).toMatchObject({ submission: { filePendingSince: null } });
    expect(await filesAtProvider()).toHaveLength(1);
  });

  it('a file is looked at every thirty seconds at least', async () => {
    await opened({ what: 'pending', value: 45 });
    await prepared();

    clock.advance(30 * 60_000);

    expect(await prepared()).toMatchObject({ lookAt: new Date(clock.now().getTime() + 30_000) });
  });

  it('a file that is pending for an hour is deleted and uploaded again', async () => {
    await opened({ what: 'pending', value: 86_400 });
    await prepared();
    const [former] = await filesAtProvider();

    clock.advance(3_600_000);
    const late = await prepared();
    const again = await prepared();

    expect([late.kind, again.kind]).toEqual(['pending', 'pending']);
    expect(await filesAtProvider()).toHaveLength(1);
    expect(await filesAtProvider()).not.toEqual([former]);
    expect(bundle.log.lines.filter(({ level }) => level === 'warn')).toMatchObject([{ fields: { fileId: former } }]);
  });

  it('a file that cannot be processed is deleted, and the provider’s reason is reported', async () => {
    await opened({ what: 'error', value: 'Line 2 is not JSON.' });

    expect(await prepared()).toEqual({ kind: 'refused', reason: 'Line 2 is not JSON.' });

    expect(await recorded()).toMatchObject({ submission: { fileId: null, filePendingSince: null } });
    expect(await filesAtProvider()).toEqual([]);
  });

  it('a file that cannot be processed after all is deleted too', async () => {
    await opened({ what: 'error' }, { what: 'pending', value: 45 });

    const first = await prepared();
    await advanceProvider(45);

    expect(first.kind).toBe('pending');
    expect(await prepared()).toEqual({ kind: 'refused', reason: 'The file could not be processed.' });
    expect(await filesAtProvider()).toEqual([]);
  });

  it('a pending file that is gone is left to the create call, which costs nothing when it is refused', async () => {
    await opened({ what: 'pending', value: 45 });
    await prepared();

    for (const id of await filesAtProvider()) await bundle.engine.provider.deleteFile(id);

    expect(await prepared()).toEqual({ kind: 'ready' });
  });

  it('a record without the field, of an earlier version, has a file that is ready', async () => {
    await opened({ what: 'pending', value: 45 });
    const leased = await bundle.lease(bundle.engine.batches, 'r.c1.b1');
    const { attempt, fileCreatedAt, armed, fileDeletedAt } = leased.data.submission;
    await leased.save({ submission: { attempt, fileId: 'file-before', fileCreatedAt, armed, fileDeletedAt } });
    await bundle.collect(only(leased.wait(bundle.clock.now())));

    expect(await prepared()).toEqual({ kind: 'ready' });
  });

  it('Y4: a process that slept and lost its lease deletes no file: a batch of it may be submitted meanwhile', async () => {
    await opened();
    await prepared();
    const { batches } = bundle.engine;
    const slept = await bundle.lease(batches, 'r.c1.b1');
    bundle.clock.advance(60_000);
    await bundle.lease(batches, 'r.c1.b1');

    await expect(inputFiles().delete(slept)).rejects.toThrow('the lease was lost');
    await expect(bundle.collect(creator().recover(armed(slept)))).rejects.toThrow('the lease was lost');

    expect(await filesAtProvider()).toEqual([(await recorded()).submission.fileId]);
  });

  /** The batch as it is known to a process that armed it, whose deadline has passed. */
  function armed(batch: Leased<Batch>): Leased<Batch> {
    const submission = { ...batch.data.submission, armed: { key: 'lost', deadline: new Date(0) } };
    return new Leased({ ...batch.data, submission }, bundle.engine.batches.writes, new AbortController().signal);
  }

  function creator(): BatchCreator {
    const { provider, spendings, engineSettings, ids, log } = bundle.engine;
    return new BatchCreator(provider, spendings, engineSettings, bundle.clock, ids, log);
  }

  function inputFiles(): InputFiles {
    const { blobs, provider, engineSettings, ids, log } = bundle.engine;
    return new InputFiles(blobs, provider, engineSettings, clock, ids, log);
  }

  /** Looks at the file once, under a lease that has ended afterwards. */
  async function prepared(): Promise<InputFileState> {
    const leased = await bundle.lease(bundle.engine.batches, 'r.c1.b1');
    const state = await inputFiles().prepare(leased);
    await bundle.collect(only(leased.wait(bundle.clock.now())));
    return state;
  }

  async function recorded(): Promise<Batch> {
    return (await bundle.engine.batches.get('r.c1.b1'))!;
  }

  async function filesAtProvider(): Promise<string[]> {
    return Array.fromAsync(bundle.engine.provider.listInputFiles(), ({ id }) => id);
  }

  async function advanceProvider(advanceSeconds: number): Promise<void> {
    await send('POST', '/admin/clock', { advanceSeconds });
  }

  /** One built batch, and a provider whose files have these faults. */
  async function opened(...faults: { what: string; value?: unknown }[]): Promise<void> {
    clock = new ManualClock();
    bundle = await TestEngine.open({ pipelines: [], simulator: { speed: 0 } });
    const { batches, blobs } = bundle.engine;
    const content = Buffer.from('{"custom_id":"a"}\n');
    const { name } = await blobs.write(only(content), '.jsonl');
    const built = batches.new({ ...builtBatch, file: name, fileBytes: content.length });
    await batches.insert(built).apply([]);
    await send(
      'PUT',
      '/admin/faults',
      faults.map((fault) => ({ on: 'files.create', ...fault })),
    );
  }

  async function send(method: string, path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(bundle.simulator.url + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
});

async function* only<T>(item: T): AsyncGenerator<T, void, undefined> {
  yield item;
}
