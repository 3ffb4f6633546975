import type { Consumer, ConsumerCrashEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { BatchmillError } from '@batchmill/contracts';
import type { IncomingMessage, SubscribeOptions, Subscription } from '../../bus.js';
import { Heartbeat } from './heartbeat.js';
import { incomingMessage } from './incoming-message.js';
import { retry } from './retry.js';
import { busError, kafkaError, says } from '../kafka-error.js';
import { heartbeatIntervalMs, type GroupMemberOptions } from '../kafka-client.js';
import { OffsetWatch } from '../offset-watch.js';
import { PartitionWorkers } from '../partition-workers.js';
import { Standstill } from '../standstill.js';

/** How long other partitions may wait for a busy one. */
const turnMs = 500;
/** How long a recreated topic may go unnoticed. */
const watchMs = 10_000;
/** How many checks a consumer may stand still: three minutes, longer than any rebalance. */
const maxSilentChecks = 18;
/** How many partitions are handled concurrently. */
const concurrency = 16;

/**
 * One subscription as a member of its group. All members of a group must subscribe to the same topics: the client
 * assigns the topics of one of them.
 *
 * While a handler runs, heartbeats keep it in the group. When another member joins, the group waits for the handlers that
 * run, for a minute at most. A handler that takes longer is left behind, and its message is also handled elsewhere.
 */
export class GroupMember implements Subscription {
  readonly died: Promise<BatchmillError>;
  private readonly workers: PartitionWorkers;
  private readonly pauses = new Set<NodeJS.Timeout>();
  private readonly death = Promise.withResolvers<BatchmillError>();
  private readonly heartbeat: Heartbeat;
  private readonly consumer: Consumer;
  private readonly watch: OffsetWatch;
  private readonly standstill = new Standstill(maxSilentChecks);
  private watching: NodeJS.Timeout | null = null;
  private joins = 0;
  private hasBegun = false;
  private isRebalancing = false;
  private stopping: Promise<void> | null = null;
  private causeOfDeath: BatchmillError | null = null;

  private constructor(
    kafka: Kafka,
    private readonly subscribing: SubscribeOptions,
    private readonly options: GroupMemberOptions,
  ) {
    this.died = this.death.promise;
    this.workers = new PartitionWorkers({
      handle: subscribing.handle,
      commit: (message) => this.commit(message),
      redeliveryPauseMs: options.redeliveryPauseMs,
    });
    const heartbeatInterval = heartbeatIntervalMs(options.sessionTimeoutMs);
    this.heartbeat = new Heartbeat(heartbeatInterval);
    this.watch = new OffsetWatch(() => options.committedOffsets(subscribing.group, subscribing.topics));
    this.consumer = kafka.consumer({
      groupId: subscribing.group,
      sessionTimeout: options.sessionTimeoutMs,
      rebalanceTimeout: 60_000,
      heartbeatInterval,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { ...retry, retries: 5, restartOnFailure: async () => this.stopping === null },
    });
  }

  /** Resolves when it has joined. Rejects when it could not start. */
  static async join(kafka: Kafka, subscribing: SubscribeOptions, options: GroupMemberOptions): Promise<GroupMember> {
    const member = new GroupMember(kafka, subscribing, options);
    try {
      await member.start();
    } catch (error) {
      await member.stop().catch(() => undefined);
      throw kafkaError(error, `Subscribing as ${subscribing.group} to ${subscribing.topics.join(', ')}`);
    }
    return member;
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.leave());
  }

  private async start(): Promise<void> {
    const { consumer, subscribing } = this;
    const { CRASH, FETCH, HEARTBEAT } = consumer.events;
    consumer.on(CRASH, (event) => this.crashed(event));
    for (const sign of [FETCH, HEARTBEAT]) consumer.on(sign, () => this.standstill.sign());
    consumer.on(consumer.events.GROUP_JOIN, () => {
      this.isRebalancing = false;
      this.joins += 1;
      this.watch.forget();
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...subscribing.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: (payload) => this.work(payload),
    });
    if (this.causeOfDeath) throw this.causeOfDeath;
    this.hasBegun = true;
    this.watching = setInterval(() => void this.lookAtOffsets(), watchMs);
  }

  /** Returning early is safe: unresolved messages are fetched again. */
  private async work(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const worker = this.workers.of(batch.topic, batch.partition);
    const until = performance.now() + turnMs;
    for (const record of batch.messages) {
      if (this.stopping || this.isRebalancing || !payload.isRunning() || payload.isStale()) return;
      const message = incomingMessage(batch.topic, batch.partition, record);
      const pauseMs = await this.heartbeat.during(worker.deliver(message), () => this.beat(payload));
      if (pauseMs !== null) {
        this.pause(payload, pauseMs);
        return;
      }
      payload.resolveOffset(record.offset);
      await this.beat(payload);
      if (performance.now() > until) return;
    }
  }

  private async beat(payload: EachBatchPayload): Promise<void> {
    try {
      await payload.heartbeat();
    } catch (error) {
      if (says(error, 'REBALANCE_IN_PROGRESS')) this.isRebalancing = true;
      throw error;
    }
  }

  private pause(payload: EachBatchPayload, ms: number): void {
    if (this.stopping) return;
    const { topic, partition } = payload.batch;
    const resume = payload.pause();
    const timer = setTimeout(() => {
      this.pauses.delete(timer);
      resume();
    }, ms);
    this.pauses.add(timer);
    this.options.log.debug('a message comes again after a pause', {
      operation: 'bus',
      group: this.subscribing.group,
      topic,
      partition,
      ms,
    });
  }

  private async commit({ topic, partition, offset }: IncomingMessage): Promise<void> {
    const next = BigInt(offset) + 1n;
    await this.consumer.commitOffsets([{ topic, partition, offset: String(next) }]);
    this.watch.note(topic, partition, next);
  }

  private async lookAtOffsets(): Promise<void> {
    const { joins } = this;
    const vanished = await this.watch.vanished().catch(() => null);
    if (vanished === null) return; // it checks again when the brokers answer
    if (this.standstill.check()) this.die('stands still, although the brokers answer.');
    for (const { topic, partition } of vanished) {
      if (this.stopping || joins !== this.joins) return;
      this.consumer.seek({ topic, partition, offset: '0' });
      const fields = { operation: 'bus', group: this.subscribing.group, topic, partition };
      this.options.log.warn('a topic was created again and is read from its beginning', fields);
    }
  }

  /** The client drops commits once it is stopped, so everything that runs ends first. */
  private async leave(): Promise<void> {
    try {
      this.consumer.pause(this.subscribing.topics.map((topic) => ({ topic })));
    } catch {
      // It is stopped, so there is nothing to pause.
    }
    if (this.watching) clearInterval(this.watching);
    for (const timer of this.pauses) clearTimeout(timer);
    await this.workers.idle();
    await this.consumer.disconnect().catch((error: unknown) => {
      this.options.log.debug('a member did not leave properly; the group notices by itself', {
        operation: 'bus',
        group: this.subscribing.group,
        error: kafkaError(error, 'Leaving').message,
      });
    });
  }

  private crashed({ payload: { error, restart } }: ConsumerCrashEvent): void {
    if (this.stopping) return;
    const { group, topics } = this.subscribing;
    const { message, code } = kafkaError(error, 'broke off');
    if (!restart) {
      this.die(message, error);
      return;
    }
    this.options.log.warn('a subscription broke off and begins again', {
      operation: 'bus',
      group,
      code,
      error: message,
    });
    this.standstill.sign();
    this.options.ensureTopics(topics).catch(() => undefined); // while the brokers are unavailable it is retried
  }

  private die(reason: string, cause?: unknown): void {
    if (this.stopping || this.causeOfDeath) return;
    const { group } = this.subscribing;
    const words = `The subscription of ${group} ${reason} Start its process again.`;
    this.causeOfDeath = busError('bus.subscription-died', words, cause);
    const fields = { operation: 'bus', group, code: this.causeOfDeath.code, error: words };
    // The caller of a subscription that cannot start gets the rejection and may retry.
    if (this.hasBegun) this.options.log.error('a subscription has died; its process has to be started again', fields);
    this.death.resolve(this.causeOfDeath);
  }
}
