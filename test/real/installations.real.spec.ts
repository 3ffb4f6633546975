import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PrefixedBus } from '@batchmill/bus';
import { KafkaBus } from '@batchmill/bus/kafka';
import { endedRunStates } from '@batchmill/records';
import { MongoStore } from '@batchmill/store/mongo';
import { MemoryLog } from '@batchmill/telemetry';
import { ServiceProcess, SimulatorProcess, eventually, serverAddresses, settingsOnServers } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill } from '../end-to-end/command.js';
import { requestOf } from './real-engine.js';

const timeoutMs = 600_000;
const pipelines = join(import.meta.dirname, 'pipelines');

/** Two installations on one Kafka, one MongoDB and one key, with one database of documents. */
describe('two installations on the same servers', () => {
  let folder: string;
  let simulator: SimulatorProcess;
  let bus: KafkaBus;
  let documents: MongoStore;
  const id = { value: '' };
  const services: ServiceProcess[] = [];
  const stores: MongoStore[] = [];
  beforeEach(async () => {
    id.value = randomUUID().slice(0, 8);
    folder = await mkdtemp(join(tmpdir(), 'batchmill-installations-'));
    simulator = await SimulatorProcess.start(join(folder, 'simulator'), '--turnaround', '1h', '--speed', '600');
    bus = await KafkaBus.open({
      url: serverAddresses.kafka,
      log: new MemoryLog(),
      partitions: 6,
      replicationFactor: 1,
    });
    documents = opened(envOf('one').MONGODB_URI);
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.end('SIGKILL');
    await simulator.end();
    await bus.close();
    for (const store of stores.splice(0)) {
      for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
      await store.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  function envOf(name: string) {
    const { BATCHMILL_BUS, BATCHMILL_STORE, MONGODB_URI } = settingsOnServers(id.value);
    return {
      BATCHMILL_BUS,
      MONGODB_URI,
      BATCHMILL_REPLICATION: '1',
      BATCHMILL_STORE: `${BATCHMILL_STORE}_${name}`,
      BATCHMILL_BLOBS: 'gridfs:',
      BATCHMILL_HOME: join(folder, name),
      BATCHMILL_TOPIC_PREFIX: `${id.value}-${name}.`,
      BATCHMILL_PIPELINES: pipelines,
      OPENAI_BASE_URL: `${simulator.url}/v1`,
      OPENAI_API_KEY: 'sk-test',
      BATCHMILL_FIRST_POLL_MS: '100',
      POLL_INTERVAL: '1',
      BATCHMILL_SWEEP_INTERVAL: '1',
      NOTES_BATCH_SIZE: '10',
    };
  }

  function opened(url: string): MongoStore {
    const store = MongoStore.open({ url });
    stores.push(store);
    return store;
  }

  async function serve(name: string, more: Record<string, string> = {}): Promise<ServiceProcess> {
    const service = await ServiceProcess.start('all-in-one', { ...envOf(name), ...more });
    services.push(service);
    return service;
  }

  async function addNotes(count: number, topic = 'shared'): Promise<void> {
    await documents.collection('notes').insertMany(
      Array.from({ length: count }, (_, index) => ({
        _id: `${topic}-${index}`,
        topic,
        book: 'b',
        text: `Note ${index} of ${topic} tells of a mill.`,
      })),
    );
  }

  const endOf = (store: MongoStore, runId: string): Promise<Record<string, unknown>> =>
    eventually(
      `the end of ${runId}`,
      async () => {
        const run = await store.collection('runs').findOne({ _id: runId });
        return endedRunStates.includes(run?.['state'] as (typeof endedRunStates)[number]) && run;
      },
      timeoutMs,
      200,
    );

  it(
    'Y4: each takes the requests on its own topics, and with the same run id no document is requested twice',
    async () => {
      await addNotes(60);
      const states = [opened(envOf('one').BATCHMILL_STORE), opened(envOf('two').BATCHMILL_STORE)];
      await Promise.all([serve('one'), serve('two')]);
      const request = { runId: 'nightly', pipeline: 'notes', endpoint: 'embeddings' } as const;

      for (const name of ['one', 'two']) {
        const own = new PrefixedBus(bus, envOf(name).BATCHMILL_TOPIC_PREFIX);
        await own.publish([requestOf('shared', request), requestOf('shared', { ...request, runId: `of-${name}` })]);
      }

      for (const [index, name] of ['one', 'two'].entries()) {
        await endOf(states[index]!, 'nightly');
        await endOf(states[index]!, `of-${name}`);
        expect(await states[index]!.collection('runs').count({})).toBe(2);
      }
      expect(await documents.collection('notes').count({ embedding_status: 'completed' })).toBe(60);
      expect(await simulator.ledger()).toMatchObject({ requests: 60, twice: [] });
    },
    timeoutMs,
  );

  it(
    'Y4: a dump of the state in another database does nothing until it is renewed, while the original finishes',
    async () => {
      await addNotes(20);
      const original = opened(envOf('one').BATCHMILL_STORE);
      const first = await serve('one');
      const own = new PrefixedBus(bus, envOf('one').BATCHMILL_TOPIC_PREFIX);
      await own.publish([requestOf('shared', { runId: 'nightly', pipeline: 'notes', endpoint: 'embeddings' })]);
      await eventually('both batches are submitted', async () => {
        return (await original.collection('batches').count({ state: 'submitted' })) === 2;
      });
      await simulator.ask('POST', '/admin/clock', { speed: 0 });
      const copy = opened(envOf('two').BATCHMILL_STORE);
      for (const name of await original.collectionNames()) {
        await copy.collection(name).insertMany(await Array.fromAsync(original.collection(name).find({})));
      }

      const waiting = serve('two');
      const refused = await batchmill(folder, ['run', 'notes', '--param', 'topics=shared', '--run-id', 'other'], {
        env: envOf('two'),
      });
      expect(refused.code).not.toBe(0);
      expect(refused.err).toContain('batchmill installation renew');
      await simulator.ask('POST', '/admin/clock', { speed: 600, advanceSeconds: 7_200 });

      const run = await endOf(original, 'nightly');
      expect(run['totals']).toMatchObject({ documents: { succeeded: 20, failed: 0, left: 0 } });
      expect(await simulator.ledger()).toMatchObject({ requests: 20, twice: [] });
      expect(await copy.collection('runs').findOne({ _id: 'nightly' })).toMatchObject({ state: 'running' });
      expect(first.isRunning).toBe(true);
      const renewed = await batchmill(folder, ['installation', 'renew', '--yes'], { env: envOf('two') });
      expect(renewed.code).toBe(0);
      await waiting;
      expect(await copy.collection('runs').findOne({ _id: 'nightly' })).toMatchObject({ state: 'cancelled' });
      expect(await simulator.ledger()).toMatchObject({ requests: 20, twice: [] });
    },
    timeoutMs,
  );

  /** Each has ten documents of its own and is asked for one run of them. */
  async function requestOwn(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await addNotes(10, name);
      const own = new PrefixedBus(bus, envOf(name).BATCHMILL_TOPIC_PREFIX);
      const message = requestOf(name, { runId: 'nightly', pipeline: 'notes', endpoint: 'embeddings' });
      // A topic that was made just now may still look for its leader. A second message of the same id changes nothing.
      await eventually('the request is published', () =>
        own.publish([message]).then(
          () => true,
          () => false,
        ),
      );
    }
  }

  const done = { totals: { documents: { succeeded: 10, failed: 0, left: 0 } } };
  const batchesIn = (state: MongoStore, filter: Record<string, unknown>): Promise<number> =>
    state.collection('batches').count(filter);

  it(
    'Y4, Y5: a key that is refused holds the work of its own line alone, is shown, and is gone on with when it is mended',
    async () => {
      const [one, two] = [opened(envOf('one').BATCHMILL_STORE), opened(envOf('two').BATCHMILL_STORE)];
      const [refused] = await Promise.all([serve('one', { OPENAI_API_KEY: 'sk-refused-key' }), serve('two')]);
      await requestOwn(['one', 'two']);

      await simulator.ask('POST', '/admin/clock', { advanceSeconds: 7_200 });
      expect(await endOf(two, 'nightly')).toMatchObject(done);
      await eventually('the refused key is shown', async () => {
        const { status, text } = await refused.ask('/health/ready');
        return status === 503 && text.includes('refuses the account (401');
      });
      expect(await one.collection('runs').findOne({ _id: 'nightly' })).toMatchObject({
        state: 'requested',
        parked: false,
      });
      await refused.end('SIGTERM');
      await serve('one');
      await eventually('a batch', async () => (await batchesIn(one, { state: 'submitted' })) > 0);
      await simulator.ask('POST', '/admin/clock', { advanceSeconds: 7_200 });

      expect(await endOf(one, 'nightly')).toMatchObject(done);
      expect(await simulator.ledger()).toMatchObject({ requests: 20, twice: [] });
    },
    timeoutMs,
  );

  it(
    'Y4: a batch of another account is held while the other line goes on, and is billed once when the former key is back',
    async () => {
      const [one, two] = [opened(envOf('one').BATCHMILL_STORE), opened(envOf('two').BATCHMILL_STORE)];
      const key = { OPENAI_API_KEY: 'sk-org-a-1' };
      const [first] = await Promise.all([serve('one', key), serve('two', key)]);
      await simulator.ask('POST', '/admin/clock', { speed: 0 });
      await requestOwn(['one', 'two']);
      for (const state of [one, two]) {
        await eventually('a submitted batch', async () => (await batchesIn(state, { state: 'submitted' })) === 1);
      }

      await first.end('SIGKILL');
      const other = await serve('one', { OPENAI_API_KEY: 'sk-org-b-1' });
      await eventually('the batch is held', async () => (await batchesIn(one, { otherAccount: { $ne: null } })) === 1);
      await simulator.ask('POST', '/admin/clock', { speed: 600, advanceSeconds: 7_200 });
      expect(await endOf(two, 'nightly')).toMatchObject(done);
      expect(await simulator.ledger()).toMatchObject({ requests: 20, twice: [] });
      await other.end('SIGTERM');
      await serve('one', key);

      expect(await endOf(one, 'nightly')).toMatchObject(done);
      expect(await simulator.ledger()).toMatchObject({ requests: 20, twice: [] });
    },
    timeoutMs,
  );

  it(
    'Y4: a batch that the provider has forgotten is abandoned in one line and requested again, and the other line is untouched',
    async () => {
      const [one, two] = [opened(envOf('one').BATCHMILL_STORE), opened(envOf('two').BATCHMILL_STORE)];
      await Promise.all([serve('one'), serve('two')]);
      await simulator.ask('POST', '/admin/clock', { speed: 0 });
      await requestOwn(['two']);
      await eventually('a submitted batch', async () => (await batchesIn(two, { state: 'submitted' })) === 1);
      await simulator.ask('PUT', '/admin/faults', [{ on: 'batch', what: 'forget', times: 1 }]);
      await requestOwn(['one']);
      await eventually(
        'a forgotten batch',
        async () => (await batchesIn(one, { 'stall.found': 'unknown' })) === 1,
        150_000,
      );

      const abandoned = await batchmill(folder, ['batch', 'abandon', 'nightly.c1.b1'], { env: envOf('one') });
      expect(abandoned).toMatchObject({ code: 0 });
      await eventually('another batch', async () => (await batchesIn(one, { state: 'submitted' })) === 1, 150_000);
      await simulator.ask('POST', '/admin/clock', { speed: 600, advanceSeconds: 7_200 });

      expect(await endOf(one, 'nightly')).toMatchObject(done);
      expect(await endOf(two, 'nightly')).toMatchObject(done);
    },
    timeoutMs,
  );
});
