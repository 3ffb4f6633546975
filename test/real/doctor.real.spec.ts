import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PrefixedBus, type Bus } from '@batchmill/bus';
import { KafkaBus } from '@batchmill/bus/kafka';
import { MongoStore } from '@batchmill/store/mongo';
import { MemoryLog } from '@batchmill/telemetry';
import { SimulatorProcess, serverAddresses, settingsOnServers } from '@batchmill/testing';
import { MilvusVectors } from '@batchmill/vectors/milvus';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill, type CommandResult } from '../end-to-end/command.js';

const pipelines = join(import.meta.dirname, 'pipelines');

describe('batchmill doctor on real servers', () => {
  let folder: string;
  let simulator: SimulatorProcess;
  let id: string;
  let stores: MongoStore[];
  beforeEach(async () => {
    id = randomUUID().slice(0, 8);
    stores = [];
    folder = await mkdtemp(join(tmpdir(), 'batchmill-doctor-'));
    simulator = await SimulatorProcess.start(join(folder, 'simulator'));
    await opened('documents').collection('notes').insertOne({ _id: 1, text: 'a note' });
  });
  afterEach(async () => {
    await simulator.end();
    for (const store of stores) {
      for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
      await store.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  const urls = () => {
    const { BATCHMILL_STORE, MONGODB_URI } = settingsOnServers(id);
    return { state: BATCHMILL_STORE, documents: MONGODB_URI };
  };

  function opened(which: 'state' | 'documents'): MongoStore {
    const store = MongoStore.open({ url: urls()[which] });
    stores.push(store);
    return store;
  }

  const prefix = () => `${id}.`;

  async function onBus<T>(work: (bus: Bus) => Promise<T>): Promise<T> {
    const kafka = await KafkaBus.open({
      url: serverAddresses.kafka,
      log: new MemoryLog(),
      replicationFactor: 1,
      clientId: 'other',
    });
    const bus = new PrefixedBus(kafka, prefix());
    try {
      return await work(bus);
    } finally {
      await bus.close();
    }
  }

  const settings = () => ({
    ...settingsOnServers(id),
    OTEL_SDK_DISABLED: 'true',
    BATCHMILL_TOPIC_PREFIX: prefix(),
    BATCHMILL_PIPELINES: pipelines,
    NOTES_VECTORS: `notes_${id}`,
    BATCHMILL_HOME: join(folder, 'home'),
    OPENAI_BASE_URL: `${simulator.url}/v1`,
    OPENAI_API_KEY: 'sk-test',
  });

  const run = (args: string[], changes: Record<string, string> = {}): Promise<CommandResult> =>
    batchmill(folder, args, { env: { ...settings(), ...changes } });

  /** A state on which a service has worked some time ago. */
  async function stateThatWasWorkedOn(): Promise<void> {
    const worked = { at: new Date(0), by: 'all-in-one', host: 'there' };
    const work = { $set: { installation: 'ours', worked } };
    await opened('state').collection('installation').updateOne({ _id: 'this' }, work, { upsert: true });
  }

  it('Y5: servers on which nothing is wrong are green, and nothing is left behind on them', async () => {
    const { code, out } = await run(['doctor']);

    expect(out).not.toContain('FAIL');
    expect(out).toMatch(/ok +state in mongodb:[^]*: MongoDB \d/);
    expect(out).toMatch(/ok +vectors at [^]*: Milvus v?\d/);
    expect(out).toMatch(/ok +bus at kafka:\/\/[^]*: 1 broker\n/);
    expect(out).toMatch(/ok +topics with the prefix "\w+\.": can be created/);
    expect(out).toMatch(/ok +collection notes of notes, two-answers: has documents/);
    expect(code).toBe(0);
    expect(await opened('state').collectionNames()).toEqual([]);
    const { names } = await onBus((bus) => bus.describe([], []));
    expect(names.filter((name) => name.startsWith(prefix()))).toEqual([]);
  });

  it('Y5: topics that `topics create` made are as they should be', async () => {
    await run(['topics', 'create']);

    const { code, out } = await run(['doctor']);

    expect(out).toMatch(/ok +topics with the prefix "\w+\.": \d+\n/);
    expect(out).toMatch(/ok +consumer groups: no process consumes\n/);
    expect(code).toBe(0);
  });

  it('Y5: topics that an installation had and that are gone are named, with the command that creates them', async () => {
    await stateThatWasWorkedOn();

    const { code, out } = await run(['doctor'], { BATCHMILL_TOPIC_PREFIX: `gone-${id}.` });

    expect(out).toMatch(/FAIL +topics with the prefix "gone-\w+\.": \d+ of \d+ are missing\n/);
    expect(out).toContain('batchmill topics create');
    expect(code).toBe(1);
  });

  it('Y5: a wrong prefix is named with the prefix of the topics that there are', async () => {
    await run(['topics', 'create']);
    await stateThatWasWorkedOn();

    const { code, out } = await run(['doctor', '--json'], { BATCHMILL_TOPIC_PREFIX: 'wrong.' });

    const { checks } = JSON.parse(out) as { checks: { name: string; findings: { level: string; reason: string }[] }[] };
    const found = checks.find(({ name }) => name === 'topics')?.findings[0];
    expect(found).toMatchObject({ level: 'failed', remedy: expect.stringContaining('BATCHMILL_TOPIC_PREFIX') });
    expect(found?.reason).toMatch(/those of another installation with the prefix "/);
    expect(code).toBe(1);
  });

  it('Y5: another program in our consumer groups is named, with the setting that parts them', async () => {
    await onBus(async (bus) => {
      await bus.subscribe({ group: 'batchmill.notifier', topics: ['others'], handle: async () => undefined });

      const { out } = await run(['doctor']);

      expect(out).toMatch(/warning +consumer groups: 1 member\n +other at \S+ consumes in \w+\.batchmill\.notifier/);
      expect(out).toContain('do: set BATCHMILL_TOPIC_PREFIX');
    });
  });

  it('Y5: a collection of Milvus with other dimensions is named, and what to write', async () => {
    const vectors = await MilvusVectors.open({ url: serverAddresses.milvus });
    await vectors.ensureCollection({ name: `notes_${id}`, dimensions: 3, fields: ['chunk_id', 'parent_id'] });
    await vectors.close();

    const { code, out } = await run(['doctor']);

    expect(out).toMatch(/FAIL +vectors notes_\w+ of notes\n/);
    expect(out).toMatch(/found 3 dimensions, expected \d+/);
    expect(out).toContain('do: name another collection in embeddings.vectors.collection of the');
    expect(code).toBe(1);
  });
});
