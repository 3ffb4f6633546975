import type { BatchmillError } from '@batchmill/contracts';

export interface OutgoingMessage {
  readonly topic: string;
  /** Messages with one key keep their order. Null: any partition. */
  readonly key: string | null;
  /** Null is a tombstone. */
  readonly value: Buffer | string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  /** Decimal digits; offsets exceed the range of a number. */
  readonly offset: string;
  readonly key: string | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When the bus recorded it, by the clock of the bus and not of the producer. */
  readonly recordedAt: Date;
}

export interface SubscribeOptions {
  /** Every group sees every message; the members of one group share them. */
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Called with one message of a partition at a time, in its order. When the promise resolves the message is committed;
   * when it rejects, the same message is delivered again after a pause. Other partitions continue meanwhile.
   */
  readonly handle: (message: IncomingMessage) => Promise<void>;
}

export interface Subscription {
  /**
   * Resolves with the reason when the subscription has died without being stopped: no message is handled any more, and
   * the process should exit so that it is restarted. Otherwise it never settles.
   */
  readonly died: Promise<BatchmillError>;
  /** Resolves when no handler runs any more. Uncommitted messages go to the next member of the group. */
  stop(): Promise<void>;
}

export interface TopicLag {
  readonly topic: string;
  /** The number of messages that the group has not committed. */
  readonly messages: number;
}

/** Which messages are deleted. */
export interface Purging {
  /** Only those that were recorded before then. */
  readonly recordedBefore: Date;
  /** Only those for which it returns true. Missing: all. */
  readonly matching?: (message: IncomingMessage) => boolean;
  /** True: they are only counted. */
  readonly isDryRun?: boolean;
}

/** A topic as it is on the bus. */
export interface DescribedTopic {
  readonly topic: string;
  /** Null in all of these: the bus does not tell. */
  readonly partitions: number | null;
  readonly replicas: number | null;
  readonly maxMessageBytes: number | null;
  /** False: the clocks of producers give messages their time. */
  readonly isTimedByBus: boolean | null;
}

/** A consumer group with the members that it has now. */
export interface DescribedGroup {
  readonly group: string;
  readonly members: readonly { readonly client: string; readonly host: string }[];
}

export interface BusDescription {
  /** How many servers it has; null: none of its own. */
  readonly brokers: number | null;
  /** Every topic, as the bus names it: with the prefixes of all who share it. */
  readonly names: readonly string[];
  /** Those of the topics that exist. */
  readonly topics: readonly DescribedTopic[];
  readonly groups: readonly DescribedGroup[];
}

/**
 * A durable log of messages by topic: at least once, ordered by key.
 * A group that subscribes for the first time begins with the oldest message.
 */
export abstract class Bus {
  /** Resolves once all of them are durable. Rejects with a ConnectionError; some may have been recorded even so. */
  abstract publish(messages: readonly OutgoingMessage[]): Promise<void>;

  abstract subscribe(subscribing: SubscribeOptions): Promise<Subscription>;

  /** Creates the missing topics. Existing ones stay as they are. */
  abstract ensureTopics(topics: readonly string[]): Promise<void>;

  /** Rejects as `ensureTopics` would, where the bus can tell before. Creates nothing. */
  abstract tryTopics(topics: readonly string[]): Promise<void>;

  /** Those of the topics that exist, and the members of the groups. A group that never subscribed has none. Changes nothing. */
  abstract describe(topics: readonly string[], groups: readonly string[]): Promise<BusDescription>;

  /** Every message of a topic, from the oldest to the newest at the time of the call, without a group. Unknown topic: none. */
  abstract read(topic: string): AsyncIterable<IncomingMessage>;

  /**
   * The lag of a group per topic, in the order of the topics. For a group that never subscribed it is every message; for
   * an unknown topic it is 0.
   */
  abstract lag(group: string, topics: readonly string[]): Promise<TopicLag[]>;

  /**
   * Deletes messages that every group of their topic has committed, and dead letters. A topic without a group keeps its messages, since
   * the first group begins with the oldest. Resolves with how many; null: the bus deletes them by its own settings, and not by ours.
   */
  purge(purging: Purging): Promise<number | null>;
  purge(): Promise<number | null> {
    return Promise.resolve(null);
  }

  /**
   * Gives back the room of what was deleted, so that no file of ours holds it any more. It takes as long as rewriting the files. A
   * server of its own does so by itself, so that nothing happens there. False: others were reading meanwhile, so that a file may still hold it.
   */
  compact(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Resolves when the bus answers; rejects with a ConnectionError while it is unavailable. */
  abstract check(): Promise<void>;

  /** Stops the subscriptions and frees all resources. */
  abstract close(): Promise<void>;
}
