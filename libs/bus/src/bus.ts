import type { BatchmillError } from '@batchmill/contracts';

export interface OutgoingMessage {
  readonly topic: string;
  /** Messages of one key keep their order. Null: any partition. */
  readonly key: string | null;
  /** Null is a tombstone. */
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  /** Decimal digits; offsets pass what a number can hold. */
  readonly offset: string;
  readonly key: string | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When the bus recorded it. */
  readonly recordedAt: Date;
}

export interface SubscribeOptions {
  /** Every group sees every message; the members of one group share them. */
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Called with one message of a partition at a time, in its order. When the promise resolves the message is committed;
   * when it rejects, nothing is, and the same message comes again after a pause. Other partitions go on meanwhile.
   */
  readonly handle: (message: IncomingMessage) => Promise<void>;
}

export interface Subscription {
  /**
   * Resolves with the reason when the subscription has ended for good without being stopped: nothing is handled any more,
   * and the process should end, so that it is started again. Never resolves else, and never rejects.
   */
  readonly died: Promise<BatchmillError>;
  /** Resolves when no handler runs any more; what was not committed comes again to the next member of the group. */
  stop(): Promise<void>;
}

export interface TopicLag {
  readonly topic: string;
  /** How many messages are there that the group has not committed. */
  readonly messages: number;
}

/**
 * A durable log of messages by topic: at least once, ordered by key.
 * A group that subscribes for the first time begins with the oldest message that there is.
 */
export abstract class Bus {
  /** Resolves once all of them are durable. Rejects with a ConnectionError; some may have been recorded then. */
  abstract publish(messages: readonly OutgoingMessage[]): Promise<void>;

  abstract subscribe(subscribing: SubscribeOptions): Promise<Subscription>;

  /** Makes the topics that are missing. Those that exist stay as they are. */
  abstract ensureTopics(topics: readonly string[]): Promise<void>;

  /** Every message of a topic from the oldest to the newest there is at this moment, without a group. Unknown topic: none. */
  abstract read(topic: string): AsyncIterable<IncomingMessage>;

  /**
   * How far a group is behind, topic by topic, in their order. A group that never subscribed has everything before it; an
   * unknown topic holds nothing.
   */
  abstract lag(group: string, topics: readonly string[]): Promise<TopicLag[]>;

  /** Resolves when the bus answers; rejects with a ConnectionError when it is away. */
  abstract check(): Promise<void>;

  /** Stops what is subscribed and frees what is held. */
  abstract close(): Promise<void>;
}
