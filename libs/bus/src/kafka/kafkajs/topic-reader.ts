import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { IncomingMessage } from '../../bus.js';
import { randomUUID } from 'node:crypto';
import { KafkajsAdmin } from './admin.js';
import { Handoff } from './handoff.js';
import { Heartbeat } from './heartbeat.js';
import { incomingMessage } from './incoming-message.js';
import { retry } from './retry.js';
import { kafkaError } from '../kafka-error.js';
import type { Extent, TopicReader, TopicReaderOptions } from '../kafka-client.js';

/** How long the reader tolerates failures of the brokers before it gives up. */
const troubleMs = 15_000;
const pollMs = 1_000;
/** After so many empty fetches in a row, the rest up to the end cannot be read. */
const looksInVain = 10;

/**
 * Reads a topic up to the offsets at which it ended at the start. The client only reads as a member of a group, so the
 * reader is a group of its own.
 *
 * The last offsets before an end may hold no message: compacted away, deleted, or the marker of a transaction. So a
 * partition is done when its offsets were passed, whatever they hold.
 */
export class GroupedTopicReader implements TopicReader {
  private readonly handoff = new Handoff<IncomingMessage[]>();
  private readonly heartbeat = new Heartbeat(3_000);
  private readonly next = new Map<number, bigint>();
  /** It commits nothing and is deleted when the reader ends. */
  private readonly group: string;
  private readonly consumer: Consumer;
  private vain = 0;
  private hasEnded = false;
  private progressAt = performance.now();

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly extents: readonly Extent[],
    private readonly options: TopicReaderOptions,
  ) {
    this.group = `${options.clientId}.reader.${randomUUID()}`;
    this.consumer = kafka.consumer({
      groupId: this.group,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { ...retry, restartOnFailure: async () => this.mayBeginAgain() },
    });
    for (const { partition, oldest } of extents) this.next.set(partition, oldest);
  }

  async *messages(): AsyncGenerator<IncomingMessage> {
    const timer = setInterval(() => void this.poll(), pollMs);
    try {
      await this.start();
      for await (const portion of this.handoff.taken()) yield* portion;
    } catch (error) {
      throw kafkaError(error, `Reading the topic ${this.topic}`);
    } finally {
      clearInterval(timer);
      await this.leave();
    }
  }

  breakOff(error: Error): void {
    this.handoff.end(error);
  }

  private async start(): Promise<void> {
    const { consumer } = this;
    const { CRASH, END_BATCH_PROCESS } = consumer.events;
    consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.handoff.end(error);
    });
    consumer.on(END_BATCH_PROCESS, ({ payload: { partition, lastOffset } }) =>
      this.passed(partition, BigInt(lastOffset) + 1n),
    );
    await consumer.connect();
    await consumer.subscribe({ topics: [this.topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: (payload) => this.hand(payload) });
  }

  /** After a rebalance the client starts over: messages that were handed over are skipped. */
  private async hand(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    const end = this.endOf(partition);
    const next = this.next.get(partition) ?? end;
    const news = messages.filter(({ offset }) => BigInt(offset) >= next && BigInt(offset) < end);
    if (next >= end) payload.pause();
    const last = news.at(-1);
    if (!last) return;
    const portion = news.map((record) => incomingMessage(topic, partition, record));
    await this.heartbeat.during(this.handoff.give(portion), () => payload.heartbeat());
    this.passed(partition, BigInt(last.offset) + 1n);
  }

  private passed(partition: number, next: bigint): void {
    this.vain = 0;
    this.progressAt = performance.now();
    if (next > (this.next.get(partition) ?? 0n)) this.next.set(partition, next);
    if (this.remaining().length === 0) this.handoff.end();
  }

  /** A broker that has just started needs a moment before it accepts groups. */
  private mayBeginAgain(): boolean {
    return !this.hasEnded && performance.now() - this.progressAt < troubleMs;
  }

  private remaining(): Extent[] {
    return this.extents.filter(({ partition, end }) => (this.next.get(partition) ?? 0n) < end);
  }

  private endOf(partition: number): bigint {
    return this.extents.find((extent) => extent.partition === partition)?.end ?? 0n;
  }

  /** Messages that were deleted during the read are passed, too. */
  private async poll(): Promise<void> {
    const { extentsOf, log } = this.options;
    try {
      const now = new Map((await extentsOf(this.topic)).map((extent) => [extent.partition, extent.oldest]));
      for (const { partition, end } of this.remaining()) {
        const oldest = now.get(partition) ?? end;
        if (oldest >= end) this.passed(partition, end);
      }
    } catch {
      return; // the consumer meets the same error and reports it
    }
    this.vain += 1;
    if (this.vain < looksInVain) return;
    log.warn('a topic ends before its last offset: nothing more can be read', { operation: 'bus', topic: this.topic });
    this.handoff.end();
  }

  private async leave(): Promise<void> {
    const { group } = this;
    this.hasEnded = true;
    this.handoff.end();
    try {
      await this.consumer.disconnect();
      const admin = await KafkajsAdmin.connect(this.kafka);
      await admin.deleteGroup(group).finally(() => admin.disconnect());
    } catch (error) {
      // It has no member, so the brokers delete it by themselves (offsets.retention.minutes).
      this.options.log.debug('a reader left its group behind', {
        operation: 'bus',
        group,
        error: kafkaError(error, 'Leaving').message,
      });
    }
  }
}
