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
 * `npm run bench:real` runs this: events through Kafka, sent by kafkajs alone and by the bus, and handled by kafkajs
 * alone, by the bus, and by a stage behind it. Everyone reads a topic of its own, filled before.
 */
const { values } = parseArgs({ options: { events: { type: 'string', default: '10000' } } });
const wanted = Number(values.events);
const perSend = 100;
const keys = 50;
const partitions = 6;
const url = serverAddresses.kafka;
const kafka = new Kafka({ brokers: [new URL(url).host], logLevel: logLevel.NOTHING });
const log = new MemoryLog();

const alone = await byKafkajs('now and then');
const careful = await byKafkajs('after each');
const bus = await byBus();
const stage = await byStage();

const perSecond = (ms: number) => (wanted / (ms / 1000)).toFixed(0);
process.stdout.write(
  `The bus: ${wanted} events of ${keys} keys, ${partitions} partitions, ${perSend} in a call, handled one by one\n\n${table(
    [
      ['way', 'sent/s', 'handled/s', 'of each committed'],
      ['kafkajs, as it comes', perSecond(alone.sentMs), perSecond(alone.handledMs), `${share(alone)} %`],
      ['kafkajs, each committed', perSecond(careful.sentMs), perSecond(careful.handledMs), ''],
      ['the bus on it', perSecond(bus.sentMs), perSecond(bus.handledMs), `${share(bus)} %`],
      ['a stage on the bus', perSecond(stage.sentMs), perSecond(stage.handledMs), `${share(stage)} %`],
    ],
  )}`,
);

interface Measured {
  readonly sentMs: number;
  readonly handledMs: number;
}

function share({ handledMs }: Measured): string {
  return ((careful.handledMs / handledMs) * 100).toFixed(0);
}

/** A fact of its own topic, so that nobody else hears of it. */
function eventOfItsOwn() {
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
  // What decorators do: without a compiler there is no syntax for them here.
  for (const field of ['key1', 'text']) IsString()(Happened.prototype, field);
  return Happened;
}
type Happened = ReturnType<typeof eventOfItsOwn>;

function messagesOf(event: Happened) {
  const ids = new RandomIds();
  return Array.from({ length: wanted }, (_, index) => {
    const happened = new event({ key1: `run-${index % keys}`, text: `what came true, and in which batch: ${index}` });
    const envelope = envelopeOf(happened, { id: ids.next(), at: new Date(), traceparent: null });
    return { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/bench') };
  });
}

/** As it comes, it commits every few seconds: what was handled since is handled again after a kill. */
async function byKafkajs(commits: 'now and then' | 'after each'): Promise<Measured> {
  const event = eventOfItsOwn();
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
  const tally = new Tally(wanted);
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: commits === 'now and then',
    eachMessage: async ({ partition, message }) => {
      if (commits === 'after each') {
        await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
      }
      tally.count();
    },
  });
  const handledMs = await tally.whole;
  await consumer.disconnect();
  return { sentMs, handledMs };
}

async function byBus(): Promise<Measured> {
  const event = eventOfItsOwn();
  const opened = await filled(event);
  const tally = new Tally(wanted);
  const group = topicOf(event);
  await opened.bus.subscribe({ group, topics: [topicOf(event)], handle: async () => tally.count() });
  const handledMs = await tally.whole;
  await opened.bus.close();
  return { sentMs: opened.sentMs, handledMs };
}

async function byStage(): Promise<Measured> {
  const event = eventOfItsOwn();
  const { bus: filledBus, sentMs } = await filled(event);
  const tally = new Tally(wanted);
  class Listener {
    /** Records nothing: what is measured is the way here. */
    async *hear(): AsyncGenerator<never, void, undefined> {
      tally.count();
    }
  }
  const hear = Object.getOwnPropertyDescriptor(Listener.prototype, 'hear');
  if (hear === undefined) throw new Error('a listener that does not hear');
  Consumes(event)(Listener.prototype, 'hear', hear);
  Stage({ name: `bench-${randomUUID().slice(0, 8)}`, produces: [] })(Listener);
  const root = { module: Listener, controllers: [Listener] };
  const [clock, ids] = [new SystemClock(), new RandomIds()];
  const strategy = new StageStrategy({
    ...{ bus: filledBus, clock, ids, log, records: [], engineSettings: testEngineSettings, settings: testWorkSettings },
    ...{ readiness: new Readiness(clock), publisher: new OutboxPublisher(filledBus, clock, ids, log, '/bench') },
  });
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(root, { strategy, logger: false });
  await app.listen();
  const handledMs = await tally.whole;
  await app.close();
  await filledBus.close();
  return { sentMs, handledMs };
}

async function filled(event: Happened) {
  const opened = KafkaBus.open({ url, log, partitions, replicationFactor: 1 });
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
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
