import { setImmediate as nextTurn } from 'node:timers/promises';
import { ConnectionError, type BatchmillError, type Clock } from '@batchmill/contracts';
import { FileLock } from '@batchmill/sqlite';
import {
  Bus,
  type IncomingMessage,
  type OutgoingMessage,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from '../bus.js';
import { ConsumerGroup } from './consumer-group.js';
import type { Member } from './member.js';
import { MessageLog, busFileErrors } from './message-log.js';

export interface EmbeddedBusOptions {
  /** The log's file; made when it is missing, with its folder. `<file>.consumer` beside it is the consumers' lock. */
  readonly file: string;
  readonly clock: Clock;
  /** Of topics made from now on; those that exist keep theirs. */
  readonly partitions?: number;
  /** The first pause before a failed message comes again; it doubles with every further failure, up to 32 times this. */
  readonly redeliveryPauseMs?: number;
  /** How long a message that another process published may go unnoticed. */
  readonly pollMs?: number;
}

const pageSize = 500;
/** While the file cannot be read, a subscription looks again: it does not die. */
const never = new Promise<BatchmillError>(() => undefined);

/**
 * A log in one SQLite file. Any number of processes may publish and read; one at a time may subscribe.
 * Topics that are missing are made by publishing and subscribing too.
 */
export class EmbeddedBus extends Bus {
  private readonly groups = new Map<string, ConsumerGroup>();
  private readonly stops = new Set<() => Promise<void>>();
  /** The right to consume. */
  private readonly lock: FileLock;
  private looking: NodeJS.Timeout | null = null;
  private isKept = false;
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

  /** True while a process, this one included, has a subscription to the bus in that file. */
  static isConsumed(file: string): boolean {
    return consumerLockOf(file).isHeld();
  }

  /**
   * Takes the right to consume before anything is subscribed and keeps it until the bus is closed. Throws
   * `bus.already-consumed` when another one has it. Who holds it may start what only one process of a home may run.
   */
  keepConsuming(): void {
    this.becomeConsumer();
    this.isKept = true;
  }

  override async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    this.log.makeTopics(
      messages.map(({ topic }) => topic),
      this.options.partitions,
    );
    for (const { topic, partition } of this.log.append(messages, this.options.clock.now())) {
      for (const group of this.groups.values()) group.wake(topic, partition);
    }
  }

  override async subscribe(subscribing: SubscribeOptions): Promise<Subscription> {
    this.log.makeTopics(subscribing.topics, this.options.partitions);
    this.becomeConsumer();
    const group = this.groupOf(subscribing.group);
    const member = group.join(subscribing);
    let stopped: Promise<void> | null = null;
    const stop = () => (stopped ??= this.leave(group, member, stop));
    this.stops.add(stop);
    return { stop, died: never };
  }

  override async ensureTopics(topics: readonly string[]): Promise<void> {
    this.log.makeTopics(topics, this.options.partitions);
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
    if (this.looking) return;
    if (!this.lock.take()) {
      const holder = this.log.lastConsumer();
      throw new ConnectionError(
        'bus.already-consumed',
        `The embedded bus ${this.options.file} is consumed already${holder === null ? '' : ` by process ${holder}`}, ` +
          'and one process at a time may do that. Stop it first, or only publish: it takes what is published.',
      );
    }
    try {
      this.log.noteConsumer(process.pid, this.options.clock.now());
      this.seenVersion = this.log.version();
    } catch (error) {
      this.lock.release();
      throw error;
    }
    this.looking = setInterval(() => this.look(), this.options.pollMs);
  }

  private async leave(group: ConsumerGroup, member: Member, stop: () => Promise<void>): Promise<void> {
    await group.leave(member);
    this.stops.delete(stop);
    if (this.stops.size === 0 && !this.isKept) this.stopConsuming();
  }

  private stopConsuming(): void {
    if (this.looking) clearInterval(this.looking);
    this.looking = null;
    this.lock.release();
  }

  /** Notices what other processes published. While the file cannot be read there is nothing to notice: it looks again. */
  private look(): void {
    try {
      const version = this.log.version();
      if (version === this.seenVersion) return;
      this.seenVersion = version;
    } catch {
      return;
    }
    for (const group of this.groups.values()) group.wake();
  }
}

function consumerLockOf(file: string): FileLock {
  return new FileLock(`${file}.consumer`, busFileErrors);
}
