import { KafkaBus, type KafkaClientName } from '@batchmill/bus/kafka';
import { MemoryLog } from '@batchmill/telemetry';
import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectedProducer, consumeByKafkajs, createTopics, partitions } from './kafkajs-alone.ts';

/** Topics of the same subscription to which nothing is published. */
export const idleTopics = 5;
const keys = 50;
const pauseMs = 15;
const url = serverAddresses.kafka;
const log = new MemoryLog();

/** From a publish to the start of its handling, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export async function latencyOfKafkajs(count: number): Promise<Latency> {
  const topics = newTopics();
  await createTopics(topics);
  const producer = await connectedProducer();
  const single = new Single(count);
  const consumer = await consumeByKafkajs(topics, 'after each message', () => single.handled());
  const measured = await single.measure((key) =>
    producer.send({ topic: topics[0] ?? '', messages: [{ key, value: key }] }),
  );
  await consumer.disconnect();
  await producer.disconnect();
  return measured;
}

export async function latencyOfBus(count: number, client: KafkaClientName): Promise<Latency> {
  const topics = newTopics();
  const bus = await KafkaBus.open({ url, client, log, partitions, replicationFactor: 1 });
  const single = new Single(count);
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
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  handled(): void {
    this.#handledAt = performance.now();
    this.#news.resolve(undefined);
  }

  async measure(publish: (key: string) => Promise<unknown>): Promise<Latency> {
    await this.#once(publish, 'the first one connects');
    const all: number[] = [];
    for (let index = 0; index < this.#count; index += 1) {
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
