import 'reflect-metadata';
import { KafkaBus, type KafkaClientName } from '@batchmill/bus/kafka';
import { Event, RandomIds, SystemClock, envelopeOf, headersOf, topicOf } from '@batchmill/contracts';
import { Consumes, Readiness, OutboxPublisher, Stage, StageStrategy } from '@batchmill/stage';
import { MemoryLog } from '@batchmill/telemetry';
import { serverAddresses, testEngineSettings, testWorkSettings } from '@batchmill/testing';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { IsString } from 'class-validator';
import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Tally } from './tally.ts';
import { table } from './table.ts';

/*
 * `npm run bench:real` runs this: events through Kafka, sent and handled by kafkajs alone, by the bus with each of its clients, and by
 * a stage on the bus. Each reads its own topic, which is filled before. Then the latency from a publish to the start of its
 * handling, while everything else is idle. The contenders take turns; a figure is the median of its rounds.
 */
const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '3' },
    single: { type: 'string', default: '200' },
  },
});
const [eventCount, rounds, singleCount] = [Number(values.events), Number(values.rounds), Number(values.single)];
const perSend = 100;
const keys = 50;
const partitions = 6;
/** Topics of the same subscription to which nothing is published. */
const idleTopics = 5;
const pauseMs = 15;
const url = serverAddresses.kafka;
const kafka = new Kafka({ brokers: [new URL(url).host], logLevel: logLevel.NOTHING });
const log = new MemoryLog();
const clients: readonly KafkaClientName[] = ['kafkajs', 'platformatic'];

const committingEach = 'kafkajs alone, committing each';
const throughput = await inTurns<Throughput>({
  'kafkajs alone, periodic commits': () => throughputOfKafkajs('periodically'),
  [committingEach]: () => throughputOfKafkajs('after each message'),
  ...Object.fromEntries(clients.map((client) => [`the bus by ${client}`, () => throughputOfBus(client)])),
  ...Object.fromEntries(clients.map((client) => [`a stage on the bus by ${client}`, () => throughputOfStage(client)])),
});
const latency = await inTurns<Latency>({
  [committingEach]: latencyOfKafkajs,
  ...Object.fromEntries(clients.map((client) => [`the bus by ${client}`, () => latencyOfBus(client)])),
});

const perSecond = (ms: number) => (eventCount / (ms / 1000)).toFixed(0);
process.stdout.write(
  `The bus: ${eventCount} events of ${keys} keys, ${partitions} partitions, ${perSend} in a call, handled one by one; medians of ${rounds} rounds\n\n${table(
    [
      ['way', 'sent/s', 'handled/s', `handled: times “${committingEach}”`],
      ...[...throughput].map(([name, measured]) => [
        name,
        perSecond(median(measured.map(({ sentMs }) => sentMs))),
        perSecond(median(measured.map(({ handledMs }) => handledMs))),
        timesOf(measured, throughput.get(committingEach) ?? [], (one, base) => base.handledMs / one.handledMs),
      ]),
    ],
  )}\nFrom a publish to the start of its handling: ${singleCount} events, one after the other, ${idleTopics} idle topics beside; medians of ${rounds} rounds\n\n${table(
    [
      ['way', 'p50', 'p99', `p50: times “${committingEach}”`],
      ...[...latency].map(([name, measured]) => [
        name,
        `${median(measured.map(({ p50 }) => p50)).toFixed(1)} ms`,
        `${median(measured.map(({ p99 }) => p99)).toFixed(1)} ms`,
        timesOf(measured, latency.get(committingEach) ?? [], (one, base) => one.p50 / base.p50),
      ]),
    ],
  )}`,
);

interface Throughput {
  readonly sentMs: number;
  readonly handledMs: number;
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** A B C A B C …: what else the machine does meanwhile meets all of them. */
async function inTurns<T>(contenders: Readonly<Record<string, () => Promise<T>>>): Promise<Map<string, T[]>> {
  const measured = new Map<string, T[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, measure] of Object.entries(contenders)) measured.get(name)?.push(await measure());
  }
  return measured;
}

/** The ratio to the base, round by round, and its median. */
function timesOf<T>(measured: readonly T[], base: readonly T[], ratio: (one: T, base: T) => number): string {
  const ratios = measured.flatMap((one, round) => (base[round] === undefined ? [] : [ratio(one, base[round])]));
  return `${median(ratios).toFixed(2)} (${ratios.map((each) => each.toFixed(2)).join(', ')})`;
}

function median(all: readonly number[]): number {
  return all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? NaN;
}

/** An event with its own topic, which no other process consumes. */
function eventOfNewTopic() {
  class Happened extends Event {
    static readonly event = `bench.happened-${randomUUID().slice(0, 8)}`;
    static readonly version = 1;
    static readonly description = 'Something happened in a bench.';
    static readonly isInput = false;
    declare key1: string;
    declare text: string;
    constructor(fields: { key1: string; text: string }) {
      super();
      Object.assign(this, fields);
    }
    key(): string {
      return this.key1;
    }
  }
  // What decorators do: Node runs this file without a compiler, so that it cannot use their syntax.
  for (const field of ['key1', 'text']) IsString()(Happened.prototype, field);
  return Happened;
}
type Happened = ReturnType<typeof eventOfNewTopic>;

function messagesOf(event: Happened) {
  const ids = new RandomIds();
  return Array.from({ length: eventCount }, (_, index) => {
    const happened = new event({ key1: `run-${index % keys}`, text: `the text of event ${index}` });
    const envelope = envelopeOf(happened, { id: ids.next(), at: new Date(), traceparent: null });
    return { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/bench') };
  });
}

async function createTopics(topics: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: partitions })),
    waitForLeaders: false,
  });
  await admin.disconnect();
}

async function connectedProducer() {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}

/** Periodic commits happen every few seconds; messages handled since then are handled again after a kill. */
async function consumeByKafkajs(
  topics: readonly string[],
  commits: 'periodically' | 'after each message',
  handle: () => void,
) {
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: commits === 'periodically',
    eachMessage: async ({ topic, partition, message }) => {
      handle();
      if (commits === 'after each message') {
        await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
      }
    },
  });
  return consumer;
}

async function throughputOfKafkajs(commits: 'periodically' | 'after each message'): Promise<Throughput> {
  const event = eventOfNewTopic();
  const topic = topicOf(event);
  await createTopics([topic]);
  const producer = await connectedProducer();
  const messages = messagesOf(event);
  const sentMs = await timed(async () => {
    for (const part of partsOf(messages)) await producer.send({ topic, messages: part });
  });
  await producer.disconnect();
  const tally = new Tally(eventCount);
  const consumer = await consumeByKafkajs([topic], commits, () => tally.count());
  const handledMs = await tally.elapsedMs;
  await consumer.disconnect();
  return { sentMs, handledMs };
}

async function throughputOfBus(client: KafkaClientName): Promise<Throughput> {
  const event = eventOfNewTopic();
  const opened = await filled(event, client);
  const tally = new Tally(eventCount);
  const group = topicOf(event);
  await opened.bus.subscribe({ group, topics: [topicOf(event)], handle: async () => tally.count() });
  const handledMs = await tally.elapsedMs;
  await opened.bus.close();
  return { sentMs: opened.sentMs, handledMs };
}

async function throughputOfStage(client: KafkaClientName): Promise<Throughput> {
  const event = eventOfNewTopic();
  const { bus: filledBus, sentMs } = await filled(event, client);
  const tally = new Tally(eventCount);
  class Listener {
    /** Records nothing: only the delivery is measured. */
    async *handle(): AsyncGenerator<never, void, undefined> {
      tally.count();
    }
  }
  const handle = Object.getOwnPropertyDescriptor(Listener.prototype, 'handle');
  if (handle === undefined) throw new Error('the listener has no handler');
  Consumes(event)(Listener.prototype, 'handle', handle);
  Stage({ name: `bench-${randomUUID().slice(0, 8)}`, produces: [] })(Listener);
  const root = { module: Listener, controllers: [Listener] };
  const [clock, ids] = [new SystemClock(), new RandomIds()];
  const strategy = new StageStrategy({
    ...{ bus: filledBus, clock, ids, log, records: [], engineSettings: testEngineSettings, settings: testWorkSettings },
    ...{
      readiness: new Readiness(clock),
      publisher: new OutboxPublisher(filledBus, clock, ids, log, { source: '/bench', installation: 'bench' }),
    },
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(root, { strategy, logger: false });
  await app.listen();
  const handledMs = await tally.elapsedMs;
  await app.close();
  await filledBus.close();
  return { sentMs, handledMs };
}

async function latencyOfKafkajs(): Promise<Latency> {
  const topics = newTopics();
  await createTopics(topics);
  const producer = await connectedProducer();
  const single = new Single();
  const consumer = await consumeByKafkajs(topics, 'after each message', () => single.handled());
  const measured = await single.measure((key) =>
    producer.send({ topic: topics[0] ?? '', messages: [{ key, value: key }] }),
  );
  await consumer.disconnect();
  await producer.disconnect();
  return measured;
}

async function latencyOfBus(client: KafkaClientName): Promise<Latency> {
  const topics = newTopics();
  const bus = await KafkaBus.open({ url, client, log, partitions, replicationFactor: 1 });
  const single = new Single();
  await bus.subscribe({ group: randomUUID(), topics, handle: async () => single.handled() });
  const measured = await single.measure((key) =>
    bus.publish([{ topic: topics[0] ?? '', key, value: key, headers: {} }]),
  );
  await bus.close();
  return measured;
}

/** One event at a time: it is published when the one before was handled and a pause is over. */
class Single {
  #news = Promise.withResolvers<undefined>();
  #handledAt = 0;

  handled(): void {
    this.#handledAt = performance.now();
    this.#news.resolve(undefined);
  }

  async measure(publish: (key: string) => Promise<unknown>): Promise<Latency> {
    await this.#once(publish, 'the first one connects');
    const all: number[] = [];
    for (let index = 0; index < singleCount; index += 1) {
      await delay(pauseMs);
      all.push(await this.#once(publish, `run-${index % keys}`));
    }
    all.sort((one, other) => one - other);
    return { p50: all[Math.floor(all.length * 0.5)] ?? NaN, p99: all[Math.floor(all.length * 0.99)] ?? NaN };
  }

  async #once(publish: (key: string) => Promise<unknown>, key: string): Promise<number> {
    this.#news = Promise.withResolvers<undefined>();
    const publishedAt = performance.now();
    await Promise.all([publish(key), this.#news.promise]);
    return this.#handledAt - publishedAt;
  }
}

function newTopics(): string[] {
  return Array.from({ length: 1 + idleTopics }, () => `bench.${randomUUID()}`);
}

async function filled(event: Happened, client: KafkaClientName) {
  const opened = await KafkaBus.open({ url, client, log, partitions, replicationFactor: 1 });
  await opened.ensureTopics([topicOf(event)]);
  const messages = messagesOf(event);
  const sentMs = await timed(async () => {
    for (const part of partsOf(messages)) await opened.publish(part);
  });
  return { bus: opened, sentMs };
}

function partsOf<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / perSend) }, (_, part) =>
    all.slice(part * perSend, (part + 1) * perSend),
  );
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
