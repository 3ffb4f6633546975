import { setTimeout as delay } from 'node:timers/promises';
import type { BaseOptions } from '@platformatic/kafka';
import type { BatchmillError } from '@batchmill/contracts';
import type { IncomingMessage } from '../../bus.js';
import type { Extent, TopicReader } from '../kafka-client.js';
import { kafkaError } from '../kafka-error.js';
import type { KafkaLog } from '../kafka-log.js';
import { BrokerLink } from './broker-link.js';
import { byLeader, fetchFrom, type Cursor, type Fetched } from './fetch.js';

/** How long the reader tolerates failures of the brokers before it gives up. */
const troubleMs = 15_000;
/** After so long without a message or an end, the rest up to the end cannot be read. */
const inVainMs = 10_000;
const maxWaitMs = 500;
const pauseMs = 200;

interface Reading extends Cursor {
  readonly end: bigint;
}

/**
 * Reads a topic up to the offsets at which it ended at the start, without a group.
 *
 * The last offsets before an end may hold no message: compacted away, deleted, or the marker of a transaction. So a
 * partition is done when its offsets were passed, whatever they hold.
 */
export class OffsetReader implements TopicReader {
  private readonly link: BrokerLink;
  private readonly readings: readonly Reading[];
  private progressAt = performance.now();
  private brokenOff: BatchmillError | null = null;

  constructor(
    options: BaseOptions,
    private readonly topic: string,
    extents: readonly Extent[],
    private readonly log: KafkaLog,
  ) {
    this.link = new BrokerLink(options);
    this.readings = extents.map(({ partition, oldest, end }) => ({ topic, partition, next: oldest, end }));
  }

  async *messages(): AsyncGenerator<IncomingMessage> {
    let vainMs = 0;
    try {
      for (;;) {
        const left = this.readings.filter(({ next, end }) => next < end);
        if (left.length === 0) return;
        const askedAt = performance.now();
        const fetched = await this.fetch(left);
        const answeredAt = performance.now();
        if (fetched.some(({ cursor, next }) => next > cursor.next)) vainMs = 0;
        else if (fetched.length > 0) vainMs += answeredAt - askedAt;
        for (const { cursor, messages, next } of fetched) {
          if (next > cursor.next) this.progressAt = answeredAt;
          for (const message of messages) {
            if (BigInt(message.offset) < cursor.end) yield message;
            if (this.brokenOff) throw this.brokenOff;
          }
          cursor.next = next;
        }
        if (vainMs < inVainMs) continue;
        const fields = { operation: 'bus', topic: this.topic };
        this.log.warn('a topic ends before its last offset: nothing more can be read', fields);
        return;
      }
    } catch (error) {
      throw this.brokenOff ?? kafkaError(error, `Reading the topic ${this.topic}`);
    } finally {
      await this.link.close();
    }
  }

  breakOff(error: BatchmillError): void {
    this.brokenOff = error;
    void this.link.close();
  }

  /** Of the partitions whose leader answered. None after a failure that may pass. */
  private async fetch(left: readonly Reading[]): Promise<Fetched<Reading>[]> {
    try {
      const metadata = await this.link.metadataOf([this.topic]);
      const requests = [...byLeader(left, metadata)].map(([leader, cursors]) =>
        fetchFrom(this.link, leader, cursors, { metadata, maxWaitMs }),
      );
      const fetched = (await Promise.all(requests)).flat();
      if (fetched.length < left.length) throw new Error('some partitions have no leader');
      return fetched;
    } catch (error) {
      if (this.brokenOff || performance.now() - this.progressAt > troubleMs) throw error;
      this.link.forgetMetadata();
      await delay(pauseMs);
      return [];
    }
  }
}
