import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { ServiceProcess, SimulatorProcess, eventually } from '@batchmill/testing';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill, type CommandResult } from './command.js';

const pipelines = join(import.meta.dirname, '../real/pipelines');

describe('a copied or restored state of an embedded home, with the same key', () => {
  let folder: string;
  let simulator: SimulatorProcess;
  const services: ServiceProcess[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-copy-'));
    simulator = await SimulatorProcess.start(join(folder, 'simulator'), '--turnaround', '1h');
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.end('SIGKILL');
    await simulator.end();
    await rm(folder, { recursive: true, force: true });
  });

  function envOf(home: string): Record<string, string> {
    return {
      BATCHMILL_HOME: join(folder, home),
      BATCHMILL_PIPELINES: pipelines,
      OPENAI_BASE_URL: `${simulator.url}/v1`,
      OPENAI_API_KEY: 'sk-test',
      BATCHMILL_FIRST_POLL_MS: '100',
      POLL_INTERVAL: '1',
      BATCHMILL_SWEEP_INTERVAL: '1',
      NOTES_BATCH_SIZE: '10',
    };
  }

  async function serve(home: string, more: Record<string, string> = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.start('all-in-one', { ...envOf(home), ...more });
    services.push(service);
    return service;
  }

  const command = (home: string, args: string): Promise<CommandResult> =>
    batchmill(folder, args.split(' '), { env: envOf(home) });

  async function inStore<T>(home: string, work: (store: EmbeddedStore) => Promise<T>): Promise<T> {
    const store = EmbeddedStore.open({ file: join(folder, home, 'state.db') });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  const addNotes = (home: string): Promise<void> =>
    inStore(home, (store) =>
      store.collection('notes').insertMany(
        Array.from({ length: 20 }, (_, index) => ({
          _id: `n${index}`,
          topic: 'mine',
          book: 'b',
          text: `Note ${index} tells of a mill.`,
        })),
      ),
    );

  const untilSubmitted = (home: string): Promise<unknown> =>
    eventually('both batches are submitted', () =>
      inStore(home, async (store) => (await store.collection('batches').count({ state: 'submitted' })) === 2),
    );

  /** A home with a run whose two batches are at the provider. No process works on it. */
  async function halfDone(home: string): Promise<void> {
    await addNotes(home);
    const service = await serve(home);
    const run = await command(home, 'run notes --endpoint embeddings --param topics=mine --run-id nightly');
    expect(run).toMatchObject({ code: 0 });
    await untilSubmitted(home);
    await service.end('SIGTERM');
  }

  const untilEnded = (home: string, runId: string): Promise<unknown> =>
    eventually(`the end of ${runId}`, () =>
      inStore(home, async (store) => {
        const run = await store.collection('runs').findOne({ _id: runId, state: { $ne: 'running' } });
        return run?.['totals'];
      }),
    );

  it('Y4: does nothing at the provider until a command says what it is, and then begins as an installation of its own', async () => {
    await halfDone('original');
    await cp(join(folder, 'original'), join(folder, 'copy'), { recursive: true });
    const port = await freePort();
    const waiting = serve('copy', { PORT: String(port) });
    const ready = await eventually('the copy says what it waits for', async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
      const text = (await answer?.text()) ?? '';
      return text.includes('installation') && text;
    });
    expect(ready).toContain('batchmill installation take-over');
    expect(ready).toContain('batchmill installation renew');
    const refused = await command('copy', 'run notes --endpoint embeddings --param topics=mine --run-id other');
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('batchmill installation renew');

    await serve('original');
    await simulator.ask('POST', '/admin/clock', { advanceSeconds: 7_200 });
    expect(await untilEnded('original', 'nightly')).toMatchObject({ documents: { succeeded: 20, failed: 0, left: 0 } });
    const { batches } = await simulator.ledger();
    expect(await simulator.ledger()).toMatchObject({ requests: 20, twice: [] });
    expect(batches.map(({ status }) => status)).toEqual(['completed', 'completed']);

    const renewed = await command('copy', 'installation renew --yes');
    expect(renewed).toMatchObject({ code: 0, out: expect.stringContaining('1 run ended here') });
    await waiting;
    const former = /copy of installation ([\w-]+)/.exec(renewed.out)?.[1] ?? '';
    expect((await command('copy', 'documents release')).out).toContain(`documents release --of ${former} --yes`);
    expect((await command('copy', `documents release --of ${former} --yes`)).out).toContain('20 documents released');
    await command('copy', 'run notes --endpoint embeddings --param topics=mine --run-id nightly-2');
    await untilSubmitted('copy');
    await simulator.ask('POST', '/admin/clock', { advanceSeconds: 7_200 });
    expect(await untilEnded('copy', 'nightly-2')).toMatchObject({ documents: { succeeded: 20 } });
    expect(await simulator.ledger()).toMatchObject({ requests: 40 });
  });

  it('Y4: continues as the same installation when it is taken over, and pays nothing twice', async () => {
    await halfDone('original');
    await cp(join(folder, 'original'), join(folder, 'copy'), { recursive: true });
    await rm(join(folder, 'original'), { recursive: true });

    const taken = await command('copy', 'installation take-over');
    expect(taken).toMatchObject({ code: 0, out: expect.stringContaining('continues here') });
    await serve('copy');
    await simulator.ask('POST', '/admin/clock', { advanceSeconds: 7_200 });

    expect(await untilEnded('copy', 'nightly')).toMatchObject({ documents: { succeeded: 20, left: 0 } });
    expect(await simulator.ledger()).toMatchObject({ requests: 20, twice: [] });
    expect((await command('copy', 'orphans list')).out).toBe('no orphans\n');
  });

  it('Y4: is not renewed while a command runs its stages, which ends when the state is replaced all the same', async () => {
    await addNotes('home');
    const run = command('home', 'run notes --endpoint embeddings --param topics=mine --run-id nightly');
    await untilSubmitted('home');
    await inStore('home', (store) =>
      store.collection('installation').updateOne({ _id: 'this' }, { $set: { 'worked.at': new Date(0) } }),
    );

    const refused = await command('home', 'installation renew --yes');
    await inStore('home', (store) =>
      store.collection('installation').updateOne({ _id: 'this' }, { $set: { installation: 'restored' } }),
    );
    const ended = await run;

    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('a process runs stages on') });
    expect(ended).toMatchObject({ code: 1, err: expect.stringContaining('is that of installation restored') });
    const { batches } = await simulator.ledger();
    expect(batches.filter(({ status }) => status.startsWith('cancel'))).toEqual([]);
  });

  it('Y4: an older state at its place leaves alone what it does not know, and lists it', async () => {
    await addNotes('home');
    await (await serve('home')).end('SIGTERM');
    const before = await inStore('home', (store) => store.collection('installation').findOne({ _id: 'this' }));
    const service = await serve('home');
    await command('home', 'run notes --endpoint embeddings --param topics=mine --run-id nightly');
    await untilSubmitted('home');
    await service.end('SIGTERM');
    // The records of before the run, with the documents of after it.
    await inStore('home', async (store) => {
      for (const name of ['runs', 'claims', 'batches', 'budgets', 'notifications']) {
        await store.collection(name).deleteMany({});
      }
      expect(await store.collection('installation').findOne({ _id: 'this' })).toMatchObject({
        installation: before?.['installation'],
      });
    });

    const again = await serve('home');
    await eventually('the sweep has reported both batches', () =>
      Promise.resolve(again.lines.filter((line) => line.includes('"providerBatchId"')).length >= 2),
    );

    const list = await command('home', 'orphans list --json');
    expect(JSON.parse(list.out)).toEqual([
      ...Array<unknown>(2).fill(expect.objectContaining({ kind: 'batch', verdict: 'unknown' })),
      ...Array<unknown>(2).fill(expect.objectContaining({ kind: 'file', verdict: 'unknown' })),
    ]);
    const { batches, files } = await simulator.ledger();
    expect(batches.filter(({ status }) => status.startsWith('cancel'))).toEqual([]);
    expect(files).toHaveLength(2);
    const [first] = JSON.parse(list.out) as { id: string }[];
    expect((await command('home', `orphans remove ${first!.id} --yes`)).out).toContain('is being cancelled');
    const held = await command('home', 'documents release');
    expect(held.out).toMatch(/this +nightly\.c\d~[\w-]+ +notes +10/);
    expect((await command('home', 'documents release notes --yes')).out).toBe(
      '20 documents released: the next run asks what was requested of them\n',
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
