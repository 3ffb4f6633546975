import { setTimeout as delay } from 'node:timers/promises';
import type { BaseOptions } from '@platformatic/kafka';
import { delayAfter, type BatchmillError } from '@batchmill/contracts';
import type { IncomingMessage, SubscribeOptions, Subscription } from '../../bus.js';
import type { GroupMemberOptions } from '../kafka-client.js';
import { busError, kafkaError, says } from '../kafka-error.js';
import { PartitionWorkers } from '../partition-workers.js';
import { BrokerLink } from './broker-link.js';
import { GroupLink } from './group-link.js';
import { Generation } from './generation.js';
import { Slots } from './slots.js';

/** How long the group waits for handlers when another member joins. */
const rebalanceTimeoutMs = 60_000;
/** How many partitions are handled concurrently. */
const concurrency = 16;
const backoff = { baseMs: 200, capMs: 5_000 };
/** After so many attempts in a row a subscription that has never joined is given up. */
const firstAttempts = 5;
/** The group does not take this member, however often it asks. */
const refusals = [
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'GROUP_MAX_SIZE_REACHED',
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'UNSUPPORTED_VERSION',
];

/**
 * One subscription as a member of its group. It joins, works on the partitions that it gets until the group rebalances, and joins
 * again.
 *
 * While a handler runs, heartbeats keep it in the group. When another member joins, the group waits for the handlers that
 * run, for a minute at most. A handler that takes longer is left behind, and its message is also handled elsewhere.
 */
export class GroupMember implements Subscription {
  readonly died: Promise<BatchmillError>;
  private readonly death = Promise.withResolvers<BatchmillError>();
  private readonly joined = Promise.withResolvers<undefined>();
  private readonly stopped = new AbortController();
  private readonly group: GroupLink;
  private readonly link: BrokerLink;
  private readonly workers: PartitionWorkers;
  private readonly slots = new Slots(concurrency);
  private readonly running: Promise<void>;
  private current: Generation | null = null;
  private hasJoined = false;
  private stopping: Promise<void> | null = null;
  private troubledAt = -Infinity;

  private constructor(
    clientOptions: BaseOptions,
    private readonly subscribing: SubscribeOptions,
    private readonly options: GroupMemberOptions,
  ) {
    this.died = this.death.promise;
    const { group, topics } = subscribing;
    const { sessionTimeoutMs } = options;
    this.group = new GroupLink(clientOptions, { group, topics, sessionTimeoutMs, rebalanceTimeoutMs });
    this.link = new BrokerLink({ ...clientOptions, retries: 0 });
    this.workers = new PartitionWorkers({
      handle: subscribing.handle,
      commit: (message) => this.commit(message),
      redeliveryPauseMs: options.redeliveryPauseMs,
    });
    this.running = this.run();
  }

  /** Resolves when it has joined. Rejects when it could not start. */
  static async join(
    clientOptions: BaseOptions,
    subscribing: SubscribeOptions,
    options: GroupMemberOptions,
  ): Promise<GroupMember> {
    const member = new GroupMember(clientOptions, subscribing, options);
    try {
      await member.joined.promise;
    } catch (error) {
      await member.stop();
      throw kafkaError(error, `Subscribing as ${subscribing.group} to ${subscribing.topics.join(', ')}`);
    }
    return member;
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.leave());
  }

  /** Never rejects. */
  private async run(): Promise<void> {
    for (let attempts = 1; !this.isStopping(); attempts += 1) {
      try {
        await this.takePart();
        attempts = 0;
      } catch (error) {
        if (this.isStopping()) return;
        if (says(error, ...refusals)) {
          this.die(error);
          return;
        }
        if (!this.hasJoined && attempts >= firstAttempts) {
          this.joined.reject(error);
          return;
        }
        if (this.hasJoined) this.report('a subscription broke off and begins again', error);
        this.options.ensureTopics(this.subscribing.topics).catch(() => undefined); // while the brokers are unavailable it is retried
        await delay(delayAfter(attempts, backoff), undefined, { signal: this.stopped.signal }).catch(() => undefined);
      }
    }
  }

  /** One generation of the group. Resolves when this member has to join again. */
  private async takePart(): Promise<void> {
    const shares = await this.group.join();
    if (this.isStopping()) return;
    const { subscribing, options, group, link } = this;
    const generation = await Generation.begin(shares, {
      ...{ group, link, topics: subscribing.topics, slots: this.slots },
      sessionTimeoutMs: options.sessionTimeoutMs,
      workerOf: (topic, partition) => this.workers.of(topic, partition),
      committedOffsets: () => options.committedOffsets(subscribing.group, subscribing.topics),
      onPause: (place, ms) => this.debug('a message comes again after a pause', { ...place, ms }),
      onNewTopic: (topic) => this.warn('a topic was created again and is read from its beginning', { topic }),
      onTrouble: (error) => this.fetchFailed(error),
      stopped: this.stopped.signal,
    });
    this.current = generation;
    this.hasJoined = true;
    this.joined.resolve(undefined);
    this.debug('joined the group', { partitions: shares.flatMap(({ partitions }) => partitions).length });
    try {
      await generation.last(rebalanceTimeoutMs);
    } finally {
      this.current = null;
    }
  }

  private async leave(): Promise<void> {
    this.stopped.abort();
    if (!this.current) this.group.interrupt();
    await this.running;
    await this.workers.idle();
    await this.group.leave().catch((error: unknown) => {
      this.debug('a member did not leave properly; the group notices by itself', {
        error: kafkaError(error, 'Leaving').message,
      });
    });
    await Promise.all([this.group.close(), this.link.close()]);
  }

  private isStopping(): boolean {
    return this.stopped.signal.aborted;
  }

  private async commit(message: IncomingMessage): Promise<void> {
    if (!this.current) throw new Error('the partition belongs to no generation of the group at present');
    await this.current.commit(message);
  }

  /** Missing topics are made again. */
  private fetchFailed(error: unknown): void {
    if (says(error, ...refusals)) {
      this.die(error);
      this.stopped.abort();
      return;
    }
    if (says(error, 'UNKNOWN_TOPIC_OR_PARTITION')) {
      this.options.ensureTopics(this.subscribing.topics).catch(() => undefined); // it fetches, and fails, again
    }
    this.report('messages cannot be fetched at present; it is tried again', error);
  }

  /** As a warning at most once a minute. */
  private report(what: string, error: unknown): void {
    const now = performance.now();
    const isNews = now - this.troubledAt > 60_000;
    if (isNews) this.troubledAt = now;
    const { group } = this.subscribing;
    const { code, message } = kafkaError(error, `The subscription of ${group}`);
    const fields = { code, error: message };
    if (isNews) this.warn(what, fields);
    else this.debug(what, fields);
  }

  private die(cause: unknown): void {
    if (this.isStopping()) return;
    const { group } = this.subscribing;
    const { message } = kafkaError(cause, 'broke off');
    const error = busError(
      'bus.subscription-died',
      `The subscription of ${group} ${message} Start its process again.`,
      cause,
    );
    this.joined.reject(error);
    // The caller of a subscription that cannot start gets the rejection and may retry.
    if (this.hasJoined) {
      const fields = { operation: 'bus', group, code: error.code, error: error.message };
      this.options.log.error('a subscription has died; its process has to be started again', fields);
    }
    this.death.resolve(error);
  }

  private debug(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.options.log.debug(message, { operation: 'bus', group: this.subscribing.group, ...fields });
  }

  private warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.options.log.warn(message, { operation: 'bus', group: this.subscribing.group, ...fields });
  }
}
