import { KafkaBus, type KafkaClientName } from '@batchmill/bus/kafka';
import { Event, RandomIds, SystemClock, envelopeOf, headersOf, topicOf } from '@batchmill/contracts';
import { Consumes, OutboxPublisher, Readiness, Stage, StageStrategy } from '@batchmill/stage';
import { MemoryLog } from '@batchmill/telemetry';
import { serverAddresses, testEngineSettings, testWorkSettings } from '@batchmill/testing';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { IsString } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { connectedProducer, consumeByKafkajs, createTopics, partitions } from './kafkajs-alone.ts';
import { Tally } from './tally.ts';

const perSend = 100;
const keys = 50;
const url = serverAddresses.kafka;
const log = new MemoryLog();

export interface Throughput {
  readonly sentMs: number;
  readonly handledMs: number;
}

export async function throughputOfKafkajs(
  eventCount: number,
  commits: 'periodically' | 'after each message',
): Promise<Throughput> {
  const event = eventOfNewTopic();
  const topic = topicOf(event);
  await createTopics([topic]);
  const producer = await connectedProducer();
  const messages = messagesOf(eventCount, event);
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

export async function throughputOfBus(eventCount: number, client: KafkaClientName): Promise<Throughput> {
  const event = eventOfNewTopic();
  const opened = await filled(eventCount, event, client);
  const tally = new Tally(eventCount);
  const group = topicOf(event);
  await opened.bus.subscribe({ group, topics: [topicOf(event)], handle: async () => tally.count() });
  const handledMs = await tally.elapsedMs;
  await opened.bus.close();
  return { sentMs: opened.sentMs, handledMs };
}

export async function throughputOfStage(eventCount: number, client: KafkaClientName): Promise<Throughput> {
  const event = eventOfNewTopic();
  const { bus: filledBus, sentMs } = await filled(eventCount, event, client);
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

async function filled(eventCount: number, event: Happened, client: KafkaClientName) {
  const opened = await KafkaBus.open({ url, client, log, partitions, replicationFactor: 1 });
  await opened.ensureTopics([topicOf(event)]);
  const messages = messagesOf(eventCount, event);
  const sentMs = await timed(async () => {
    for (const part of partsOf(messages)) await opened.publish(part);
  });
  return { bus: opened, sentMs };
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

function messagesOf(eventCount: number, event: Happened) {
  const ids = new RandomIds();
  return Array.from({ length: eventCount }, (_, index) => {
    const happened = new event({ key1: `run-${index % keys}`, text: `the text of event ${index}` });
    const envelope = envelopeOf(happened, { id: ids.next(), at: new Date(), traceparent: null });
    return { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/bench') };
  });
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
