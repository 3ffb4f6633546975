import type { StageName } from '@batchmill/all-in-one';
import { PrefixedBus, type Bus, type OutgoingMessage } from '@batchmill/bus';
import { KafkaBus } from '@batchmill/bus/kafka';
import { RandomIds, envelopeOf, headersOf, type Event } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { endedRunStates } from '@batchmill/records';
import { MongoStore } from '@batchmill/store/mongo';
import { MemoryLog } from '@batchmill/telemetry';
import { eventually, serverAddresses, ServiceProcess, settingsOnServers, SimulatorProcess } from '@batchmill/testing';
import { MilvusVectors } from '@batchmill/vectors/milvus';
import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export { stageNames, type StageName } from '@batchmill/all-in-one';

export interface RealEngineOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly simulator?: readonly string[];
  /** Starts a proxy in front of the provider at this URL, and returns the proxy's URL. */
  readonly between?: (providerUrl: string) => Promise<string>;
  /**
   * own: a prefix of its own, so that engines can run beside each other. bare: no prefix, as an installation that has its
   * Kafka to itself; only one engine at a time may have these.
   */
  readonly topics?: 'own' | 'bare';
}

export interface Note extends Record<string, unknown> {
  readonly _id: string;
  readonly topic: string;
  readonly book: string;
  readonly text: string;
}

export interface RunFields {
  readonly runId: string;
  readonly pipeline: string;
  readonly endpoint: 'embeddings' | 'inference';
  readonly limit?: number;
  readonly redo?: 'failed' | 'all';
}

/** The message that requests a run of the notes of one topic. */
export function requestOf(topic: string, request: RunFields): OutgoingMessage {
  return messageOf(new RunRequested({ ...request, parameters: { topics: [topic] } }));
}

function messageOf(event: Event): OutgoingMessage {
  const envelope = envelopeOf(event, { id: new RandomIds().next(), at: new Date(), traceparent: null });
  return { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/test') };
}

/** The six services as processes that share only the servers. Databases, vectors, topics and provider are their own. */
export class RealEngine {
  readonly services: ServiceProcess[] = [];

  private constructor(
    /** A temporary folder, removed by `close`. */
    readonly folder: string,
    readonly simulator: SimulatorProcess,
    /** Batchmill's own state, and the users' documents, in databases of their own. */
    readonly state: MongoStore,
    readonly documents: MongoStore,
    readonly vectors: MilvusVectors,
    readonly collection: string,
    readonly bus: Bus,
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async open({
    env = {},
    simulator: flags = [],
    between,
    topics = 'own',
  }: RealEngineOptions = {}): Promise<RealEngine> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-real-'));
    const simulator = await SimulatorProcess.start(join(folder, 'simulator'), ...flags);
    const id = randomUUID().slice(0, 8);
    const collection = `notes_${id}`;
    const servers = settingsOnServers(id);
    const providerUrl = between === undefined ? simulator.url : await between(simulator.url);
    const topicPrefix = topics === 'own' ? `${id}.` : '';
    const kafka = await KafkaBus.open({
      url: serverAddresses.kafka,
      log: new MemoryLog(),
      partitions: 6,
      replicationFactor: 1,
    });
    return new RealEngine(
      folder,
      simulator,
      MongoStore.open({ url: servers.BATCHMILL_STORE }),
      MongoStore.open({ url: servers.MONGODB_URI }),
      await MilvusVectors.open({ url: serverAddresses.milvus }),
      collection,
      topicPrefix === '' ? kafka : new PrefixedBus(kafka, topicPrefix),
      {
        BATCHMILL_HOME: join(folder, 'home'),
        BATCHMILL_PIPELINES: join(import.meta.dirname, 'pipelines'),
        ...servers,
        ...(topicPrefix !== '' && { BATCHMILL_TOPIC_PREFIX: topicPrefix }),
        OPENAI_BASE_URL: `${providerUrl}/v1`,
        OPENAI_API_KEY: 'sk-test',
        KAFKA_SESSION_TIMEOUT: '6',
        BATCHMILL_FIRST_POLL_MS: '100',
        POLL_INTERVAL: '1',
        BATCHMILL_LEASE: '3',
        BATCHMILL_WORK_POLL_INTERVAL: '0.5',
        BATCHMILL_RETRY_BASE: '1',
        BATCHMILL_SWEEP_INTERVAL: '2',
        BATCHMILL_CREATE_TIMEOUT: '3',
        BATCHMILL_LIST_LAG: '1',
        NOTES_VECTORS: collection,
        ...env,
      },
    );
  }

  /** In front of every topic on Kafka. */
  get topicPrefix(): string {
    return this.env['BATCHMILL_TOPIC_PREFIX'] ?? '';
  }

  /** Starts services, several of a kind when they are named several times. Resolves when all are running. */
  async start(...names: readonly StageName[]): Promise<ServiceProcess[]> {
    const starting = names.map((name) => this.startOne(name));
    await Promise.allSettled(starting); // so that `close` ends those that did start when one does not
    return Promise.all(starting);
  }

  /** Starts one service with additional settings, or another program in its place. */
  async startOne(
    name: StageName,
    { env = {}, main }: { readonly env?: Readonly<Record<string, string>>; readonly main?: string } = {},
  ): Promise<ServiceProcess> {
    const started = await ServiceProcess.start(name, { ...this.env, ...env }, main);
    this.services.push(started);
    return started;
  }

  /** The running services of a stage. */
  of(name: StageName): ServiceProcess[] {
    return this.services.filter((service) => service.name === name && service.isRunning);
  }

  async addNotes(topic: string, count: number): Promise<void> {
    const notes = this.documents.collection<Note>('notes');
    for (let from = 0; from < count; from += 1_000) {
      const page = Array.from({ length: Math.min(1_000, count - from) }, (_, index) => noteOf(topic, from + index));
      await notes.insertMany(page);
    }
  }

  /** Requests a run of the notes of one topic. Returns its id. */
  async requestRun(topic: string, endpoint: RunFields['endpoint'], more: Partial<RunFields> = {}): Promise<string> {
    const request = { runId: `${topic}-${endpoint}`, pipeline: 'notes', endpoint, ...more };
    await this.bus.publish([requestOf(topic, request)]);
    return request.runId;
  }

  async publish(event: Event): Promise<void> {
    await this.bus.publish([messageOf(event)]);
  }

  async runOf(runId: string): Promise<Record<string, unknown> | null> {
    return this.state.collection('runs').findOne({ _id: runId });
  }

  /** The run's record once it has ended. */
  async endOf(runId: string, withinMs = 600_000): Promise<Record<string, unknown>> {
    return eventually(
      `the end of ${runId}`,
      async () => {
        const dead = this.services.find((service) => !service.isRunning && !this.expectedEnds.has(service));
        if (dead !== undefined) throw new Error(`${dead.name} ended unexpectedly:\n${dead.lines.join('\n')}`);
        const run = await this.runOf(runId);
        return endedRunStates.some((state) => state === run?.['state']) && run;
      },
      withinMs,
      200,
    );
  }

  /** Marks a service whose end is expected. */
  expectEnd(service: ServiceProcess): void {
    this.expectedEnds.add(service);
  }

  /** Kills a service with SIGKILL. */
  async kill(service: ServiceProcess): Promise<void> {
    this.expectedEnds.add(service);
    await service.end('SIGKILL');
  }

  async stop(service: ServiceProcess): Promise<{ code: number | null; signal: string | null }> {
    this.expectedEnds.add(service);
    return service.end('SIGTERM');
  }

  /** How many notes of the topic are in each state of a field. */
  async statesOf(topic: string, field: 'embedding_status' | 'ai_status'): Promise<Record<string, number>> {
    const states: Record<string, number> = {};
    const found = this.documents.collection('notes').find({ topic }, { projection: { [field]: 1 } });
    for await (const note of found) {
      const state = typeof note[field] === 'string' ? note[field] : 'none';
      states[state] = (states[state] ?? 0) + 1;
    }
    return states;
  }

  /** Ends all processes, empties the databases and deletes the topics, of which thousands would slow Kafka down. */
  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.end('SIGKILL')));
    await this.bus.close();
    if (this.topicPrefix !== '') await deleteTopics(this.topicPrefix);
    for (const store of [this.state, this.documents]) {
      for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
      await store.close();
    }
    await this.vectors.close();
    await this.simulator.end();
    await rm(this.folder, { recursive: true, force: true });
  }

  private readonly expectedEnds = new Set<ServiceProcess>();
}

async function deleteTopics(prefix: string): Promise<void> {
  const brokers = [serverAddresses.kafka.replace('kafka://', '')];
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

function noteOf(topic: string, index: number): Note {
  return {
    _id: `${topic}-${String(index).padStart(6, '0')}`,
    topic,
    book: `book${index % 7}`,
    text: `Note ${index} of ${topic} tells of mill ${index} at the river, whose wheel turns ${index % 13} times an hour.`,
  };
}
