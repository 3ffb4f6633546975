import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConnectionError, type BatchmillError, type Clock } from '@batchmill/contracts';
import { FileLock } from '@batchmill/sqlite';
import {
  Bus,
  type BusDescription,
  type IncomingMessage,
  type OutgoingMessage,
  type Purging,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from '../bus.js';
import { deadLetterSuffix } from '../dead-letter.js';
import { ConsumerGroup } from './consumer-group.js';
import type { Member } from './member.js';
import { MessageLog, busFileErrors } from './message-log.js';

export interface EmbeddedBusOptions {
  /** The file of the log, created with its folder if it is missing. `<file>.consumer` beside it is the consumer's lock. */
  readonly file: string;
  readonly clock: Clock;
  /** The partitions of new topics. Existing topics keep theirs. */
  readonly partitions?: number;
  /** The pause before a failed message is redelivered. It doubles with every further failure, up to 32 times this. */
  readonly redeliveryPauseMs?: number;
  /** The interval at which messages of other processes are polled. */
  readonly pollMs?: number;
}

const pageSize = 500;
/** A subscription never dies: while the file cannot be read, it polls again. */
const never = new Promise<BatchmillError>(() => undefined);

/**
 * A log in one SQLite file. Any number of processes may publish and read; only one at a time may subscribe.
 * Publishing and subscribing create missing topics.
 */
export class EmbeddedBus extends Bus {
  private readonly groups = new Map<string, ConsumerGroup>();
  private readonly stops = new Set<() => Promise<void>>();
  /** Held by the process that consumes. */
  private readonly lock: FileLock;
  private pollTimer: NodeJS.Timeout | null = null;
  private keepsConsuming = false;
  private seenVersion = 0;

  private constructor(
    private readonly log: MessageLog,
    private readonly options: Required<EmbeddedBusOptions>,
  ) {
    super();
    this.lock = consumerLockOf(options.file);
  }

  static open(options: EmbeddedBusOptions): EmbeddedBus {
    const complete = { partitions: 4, redeliveryPauseMs: 1000, pollMs: 200, ...options };
    return new EmbeddedBus(MessageLog.open(options.file), complete);
  }

  /** True while a process, including this one, consumes from the bus in that file. */
  static isConsumed(file: string): boolean {
    return consumerLockOf(file).isHeld();
  }

  /** The id of the process that consumed last from the bus in that file; null: none ever did, or there is no such file. */
  static lastConsumerOf(file: string): number | null {
    if (!existsSync(file)) return null;
    const log = MessageLog.open(file);
    try {
      return log.lastConsumer();
    } finally {
      log.close();
    }
  }

  /**
   * Makes this process the consumer before anything is subscribed and until the bus is closed. Throws
   * `bus.already-consumed` if another process is the consumer. The consumer may start what only one process of a home may run.
   */
  keepConsuming(): void {
    this.becomeConsumer();
    this.keepsConsuming = true;
  }

  override async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    this.log.createTopics(
      messages.map(({ topic }) => topic),
      this.options.partitions,
    );
    for (const { topic, partition } of this.log.append(messages, this.options.clock.now())) {
      for (const group of this.groups.values()) group.signal(topic, partition);
    }
  }

  override async subscribe(options: SubscribeOptions): Promise<Subscription> {
    this.log.createTopics(options.topics, this.options.partitions);
    this.becomeConsumer();
    this.log.addGroup(options.group, options.topics);
    const group = this.groupOf(options.group);
    const member = group.join(options);
    let stopped: Promise<void> | null = null;
    const stop = () => (stopped ??= this.leave(group, member, stop));
    this.stops.add(stop);
    return { stop, died: never };
  }

  override async ensureTopics(topics: readonly string[]): Promise<void> {
    this.log.createTopics(topics, this.options.partitions);
  }

  override async tryTopics(): Promise<void> {
    this.log.check();
  }

  /** The members of this process. */
  override async describe(topics: readonly string[], groups: readonly string[]): Promise<BusDescription> {
    const existing = topics.filter((topic) => this.log.partitionsOf(topic) > 0);
    return {
      brokers: null,
      names: existing,
      topics: existing.map((topic) => ({
        topic,
        partitions: this.log.partitionsOf(topic),
        replicas: null,
        maxMessageBytes: null,
        isTimedByBus: true,
      })),
      groups: groups.map((group) => ({
        group,
        members: Array.from({ length: this.groups.get(group)?.size ?? 0 }, () => ({
          client: `process ${process.pid}`,
          host: 'this machine',
        })),
      })),
    };
  }

  override async *read(topic: string): AsyncIterable<IncomingMessage> {
    const newest = this.log.newest();
    for (let after = 0; after < newest;) {
      const page = this.log.page(topic, after, newest, pageSize);
      yield* page.messages;
      after = page.last;
      await nextTurn();
    }
  }

  override async lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    return topics.map((topic) => ({ topic, messages: this.log.lag(group, topic) }));
  }

  override async purge({ recordedBefore, matching, isDryRun = false }: Purging): Promise<number> {
    const committed = this.log.committed();
    const isHandled = (message: IncomingMessage): boolean =>
      message.topic.endsWith(deadLetterSuffix) || Number(message.offset) < (committed(message) ?? 0);
    let purged = 0;
    // Page by page, so that publishers do not wait.
    for (let after = 0; ;) {
      const { messages, last } = this.log.oldest(after, recordedBefore, pageSize);
      const chosen = messages.filter((message) => isHandled(message) && matching?.(message) !== false);
      if (!isDryRun) this.log.delete(chosen);
      purged += chosen.length;
      if (last === null) return purged;
      after = last;
      await nextTurn();
    }
  }

  override async compact(): Promise<boolean> {
    return this.log.compact();
  }

  override async check(): Promise<void> {
    this.log.check();
  }

  override async close(): Promise<void> {
    await Promise.all([...this.stops].map((stop) => stop()));
    this.stopConsuming();
    this.log.close();
  }

  private groupOf(name: string): ConsumerGroup {
    const { clock, redeliveryPauseMs } = this.options;
    const group = this.groups.get(name) ?? new ConsumerGroup(name, { log: this.log, clock, redeliveryPauseMs });
    this.groups.set(name, group);
    return group;
  }

  private becomeConsumer(): void {
    if (this.pollTimer) return;
    if (!this.lock.acquire()) {
      const holder = this.log.lastConsumer();
      throw new ConnectionError(
        'bus.already-consumed',
        `The embedded bus ${this.options.file} is already consumed${holder === null ? '' : ` by process ${holder}`}, ` +
          'and only one process may consume. Stop it first, or only publish: it consumes what you publish.',
      );
    }
    try {
      this.log.recordConsumer(process.pid, this.options.clock.now());
      this.seenVersion = this.log.version();
    } catch (error) {
      this.lock.release();
      throw error;
    }
    this.pollTimer = setInterval(() => this.poll(), this.options.pollMs);
  }

  private async leave(group: ConsumerGroup, member: Member, stop: () => Promise<void>): Promise<void> {
    await group.leave(member);
    this.stops.delete(stop);
    if (this.stops.size === 0 && !this.keepsConsuming) this.stopConsuming();
  }

  private stopConsuming(): void {
    if (this.pollTimer) clearInterval(this.pollTimer);
    this.pollTimer = null;
    this.lock.release();
  }

  /** Signals the messages of other processes. While the file cannot be read, it does nothing. */
  private poll(): void {
    try {
      const version = this.log.version();
      if (version === this.seenVersion) return;
      this.seenVersion = version;
    } catch {
      return;
    }
    for (const group of this.groups.values()) group.signal();
  }
}

/** The lock that one process at a time holds on a file. Its own file is `<file>.consumer`. */
export function consumerLockOf(file: string): FileLock {
  return new FileLock(`${file}.consumer`, busFileErrors);
}
