import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RandomIds, SystemClock, envelopeOf, headersOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { eventually } from '@batchmill/testing';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ProviderProxy } from './provider-proxy.js';
import type { Moment } from './moments.js';

const here = import.meta.dirname;
const root = join(here, '../..');
const documentsPerRun = 12;
const waitMs = 240_000;

/** At every moment a process with all stages is killed. The next process finishes its work. */
export function describeKills(moments: readonly Moment[]): void {
  describe('kill -9', () => {
    let folder: string;
    let home: string;
    let simulator: { process: ChildProcess; url: string };
    let proxy: ProviderProxy;
    let store: EmbeddedStore;
    let bus: EmbeddedBus;
    const hit: string[] = [];
    const started: ChildProcess[] = [];

    beforeAll(async () => {
      const built = join(root, 'packages/bundle/dist/all-in-one.js');
      if (!existsSync(built)) throw new Error(`${built} is missing: run "npm run build" first`);
      folder = await mkdtemp(join(tmpdir(), 'batchmill-kill-'));
      home = join(folder, 'home');
      simulator = await startSimulatorProcess(join(folder, 'simulator'));
      proxy = await ProviderProxy.to(simulator.url);
      store = EmbeddedStore.open({ file: join(home, 'state.db') });
      bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock: new SystemClock() });
      await store.collection('notes').insertMany(moments.flatMap(({ id }) => notesOf(id)));
    });

    /** A process that a failed test left running would disturb the next test. */
    afterEach(async () => {
      for (const child of started.splice(0)) await ended(child, 'SIGKILL');
    });

    afterAll(async () => {
      await bus.close();
      await store.close();
      await proxy.close();
      await ended(simulator.process, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
      const missed = moments.filter(({ name }) => !hit.includes(name)).map(({ name }) => name);
      process.stdout.write(
        `${hit.map((name) => `hit: ${name}\n`).join('')}${missed.map((name) => `MISSED: ${name}\n`).join('')}`,
      );
    });

    it.each(moments.map((moment) => [moment.name, moment] as const))('at the moment: %s', async (name, moment) => {
      const killedProcess = await startEngine(moment);
      if ('provider' in moment.at) proxy.watch(moment.at, () => killedProcess.kill('SIGKILL'));
      const death = once(killedProcess, 'exit') as Promise<[number | null, string | null]>;
      await requestRun(moment);
      const [code, signal] = await within(death, `the kill at: ${name}`);
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
      hit.push(name);

      const next = await startEngine(null);
      await eventually(`the end of ${moment.id}`, async () => {
        const run = await store.collection('runs').findOne({ _id: moment.id });
        return run?.['state'] === 'finished';
      });
      // The process of the next moment would publish what is left, and kill itself before it runs.
      await eventually('the outboxes to be empty', async () => {
        const kept = ['runs', 'claims', 'batches', 'notifications'].map((name) =>
          store.collection(name).count({ 'outbox.0': { $exists: true } }),
        );
        return (await Promise.all(kept)).every((count) => count === 0);
      });
      await ended(next, 'SIGTERM');

      await expectDone(moment);
    });

    it('nothing is billed twice, no vector is stored twice, and no file is left at the provider', async () => {
      await startEngine(null);
      // Files that a killed upload left are found by the sweep.
      const ledger = await eventually('no file left at the provider', async () => {
        const found = (await (await fetch(`${simulator.url}/admin/ledger`)).json()) as Record<string, unknown[]>;
        return found['files']?.length === 0 && found;
      });
      const vectors = EmbeddedVectors.open({ file: join(home, 'vectors.db') });
      const count = await vectors.count('notes');
      await vectors.close();

      expect(hit).toHaveLength(moments.length);
      expect(ledger['twice']).toEqual([]);
      expect(ledger['requests']).toBe(moments.length * documentsPerRun);
      expect(count).toBe(moments.filter(({ endpoint }) => endpoint === 'embeddings').length * documentsPerRun);
    });

    async function expectDone({ id, endpoint }: Moment): Promise<void> {
      const field = endpoint === 'embeddings' ? 'embedding_status' : 'ai_status';
      let done = 0;
      for await (const note of store.collection('notes').find({ topic: id })) {
        expect(note[field]).toBe('completed');
        if (endpoint === 'inference') expect(note['answers']).toHaveLength(1);
        done += 1;
      }
      expect(done).toBe(documentsPerRun);
      const run = await store.collection('runs').findOne({ _id: id });
      expect(run?.['totals']).toMatchObject({ documents: { succeeded: documentsPerRun, failed: 0, left: 0 } });
    }

    async function requestRun({ id, endpoint }: Moment): Promise<void> {
      const event = new RunRequested({ runId: id, pipeline: 'notes', endpoint, parameters: { topics: [id] } });
      const envelope = envelopeOf(event, { id: new RandomIds().next(), at: new Date(), traceparent: null });
      await bus.publish([
        { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/test') },
      ]);
    }

    /** For a moment at a port, starts the process that kills itself; otherwise the product's own. */
    async function startEngine(moment: Moment | null): Promise<ChildProcess> {
      const killAt = moment !== null && 'port' in moment.at ? moment.at : null;
      const main =
        killAt === null ? join(root, 'packages/bundle/dist/all-in-one.js') : join(here, 'self-killing-service.ts');
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: {
          PATH: process.env['PATH'],
          BATCHMILL_HOME: home,
          BATCHMILL_PIPELINES: join(here, 'pipelines'),
          OPENAI_BASE_URL: `${proxy.url}/v1`,
          OPENAI_API_KEY: 'sk-test',
          PORT: '0',
          BATCHMILL_FIRST_POLL_MS: '20',
          POLL_INTERVAL: '0.1',
          BATCHMILL_LEASE: '1',
          BATCHMILL_WORK_POLL_INTERVAL: '0.1',
          BATCHMILL_REPUBLISH_AFTER: '0.2',
          BATCHMILL_CREATE_TIMEOUT: '1',
          BATCHMILL_LIST_LAG: '0.2',
          BATCHMILL_SLICE_LINES: '2',
          BATCHMILL_SWEEP_INTERVAL: '1',
          KILL_AT: JSON.stringify(killAt),
        },
      });
      started.push(child);
      await firstLine(child, /"running"/);
      return child;
    }
  });
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

function notesOf(topic: string): Record<string, unknown>[] {
  return Array.from({ length: documentsPerRun }, (_, index) => ({
    _id: `${topic}-${index}`,
    topic,
    text: `Note ${index} of ${topic} tells of the mill at the river.`,
  }));
}

async function startSimulatorProcess(data: string): Promise<{ process: ChildProcess; url: string }> {
  const main = join(root, 'packages/bundle/dist/simulator.js');
  const args = ['--disable-warning=ExperimentalWarning', main, '--port', '0', '--data', data, '--speed', '1000'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await firstLine(child, /http:\/\/\S+/);
  return { process: child, url: /http:\/\/[^\s/]+/.exec(line)?.[0] ?? '' };
}

async function firstLine(child: ChildProcess, expected: RegExp): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  return within(
    (async () => {
      for await (const line of lines) {
        if (!expected.test(line)) continue;
        child.stdout!.resume();
        return line;
      }
      throw new Error(`The process ended before it printed ${String(expected)}`);
    })(),
    String(expected),
  );
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  const late = AbortSignal.timeout(waitMs);
  const giveUp = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error(`Waited ${waitMs / 1_000} s for ${what}`)));
  });
  return Promise.race([promise, giveUp]);
}
