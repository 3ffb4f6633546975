import 'reflect-metadata';
import { KafkaBus } from '@batchmill/bus/kafka';
import { Event, RandomIds, SystemClock, envelopeOf, headersOf, topicOf } from '@batchmill/contracts';
import { Consumes, Readiness, OutboxPublisher, Stage, StageStrategy } from '@batchmill/stage';
import { MemoryLog } from '@batchmill/telemetry';
import { serverAddresses, testEngineSettings, testWorkSettings } from '@batchmill/testing';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { IsString } from 'class-validator';
import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { Tally } from './tally.ts';
import { table } from './table.ts';

/*
 * `npm run bench:real` runs this: events through Kafka, sent by kafkajs and by the bus, and handled by kafkajs, by the bus,
 * and by a stage on the bus. Each reads its own topic, which is filled before.
 */
const { values } = parseArgs({ options: { events: { type: 'string', default: '10000' } } });
const eventCount = Number(values.events);
const perSend = 100;
const keys = 50;
const partitions = 6;
const url = serverAddresses.kafka;
const kafka = new Kafka({ brokers: [new URL(url).host], logLevel: logLevel.NOTHING });
const log = new MemoryLog();

const kafkajs = await byKafkajs('periodically');
const kafkajsCommitting = await byKafkajs('after each message');
const bus = await byBus();
const stage = await byStage();

const perSecond = (ms: number) => (eventCount / (ms / 1000)).toFixed(0);
process.stdout.write(
  `The bus: ${eventCount} events of ${keys} keys, ${partitions} partitions, ${perSend} in a call, handled one by one\n\n${table(
    [
      ['way', 'sent/s', 'handled/s', 'of committing each'],
      ['kafkajs, periodic commits', perSecond(kafkajs.sentMs), perSecond(kafkajs.handledMs), `${share(kafkajs)} %`],
      ['kafkajs, committing each', perSecond(kafkajsCommitting.sentMs), perSecond(kafkajsCommitting.handledMs), ''],
      ['the bus', perSecond(bus.sentMs), perSecond(bus.handledMs), `${share(bus)} %`],
      ['a stage on the bus', perSecond(stage.sentMs), perSecond(stage.handledMs), `${share(stage)} %`],
    ],
  )}`,
);

interface Measured {
  readonly sentMs: number;
  readonly handledMs: number;
}

function share({ handledMs }: Measured): string {
  return ((kafkajsCommitting.handledMs / handledMs) * 100).toFixed(0);
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

/** Periodic commits happen every few seconds; messages handled since then are handled again after a kill. */
async function byKafkajs(commits: 'periodically' | 'after each message'): Promise<Measured> {
  const event = eventOfNewTopic();
  const topic = topicOf(event);
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
  await admin.disconnect();
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = messagesOf(event);
  const sentMs = await timed(async () => {
    for (const part of partsOf(messages)) await producer.send({ topic, messages: part });
  });
  await producer.disconnect();
  const consumer = kafka.consumer({ groupId: topic });
  const tally = new Tally(eventCount);
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: commits === 'periodically',
    eachMessage: async ({ partition, message }) => {
      if (commits === 'after each message') {
        await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
      }
      tally.count();
    },
  });
  const handledMs = await tally.elapsedMs;
  await consumer.disconnect();
  return { sentMs, handledMs };
}

async function byBus(): Promise<Measured> {
  const event = eventOfNewTopic();
  const opened = await filled(event);
  const tally = new Tally(eventCount);
  const group = topicOf(event);
  await opened.bus.subscribe({ group, topics: [topicOf(event)], handle: async () => tally.count() });
  const handledMs = await tally.elapsedMs;
  await opened.bus.close();
  return { sentMs: opened.sentMs, handledMs };
}

async function byStage(): Promise<Measured> {
  const event = eventOfNewTopic();
  const { bus: filledBus, sentMs } = await filled(event);
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

async function filled(event: Happened) {
  const opened = await KafkaBus.open({ url, log, partitions, replicationFactor: 1 });
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
