import { TimeoutError, ValidationError } from '@batchmill/contracts';
import {
  Bus,
  type BusDescription,
  type IncomingMessage,
  type OutgoingMessage,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from '../bus.js';
import { AdminLink } from './admin-link.js';
import { describeBus } from './describe-bus.js';
import type { ClientOptions, KafkaClient, KafkaSasl, KafkaTls, TopicReader } from './kafka-client.js';
import { closedError } from './kafka-error.js';
import type { KafkaLog } from './kafka-log.js';
import { brokersOf } from './kafka-url.js';
import { Publisher } from './publisher.js';
import { Topics } from './topics.js';

export interface KafkaBusOptions {
  /** `kafka://host:9092`, or several brokers: `kafka://host:9092,host2:9092`. */
  readonly url: string;
  readonly log: KafkaLog;
  /** The library that talks to the brokers. Members of one group may use different ones. */
  readonly client?: KafkaClientName;
  /** Our name in the brokers' logs and quotas. */
  readonly clientId?: string;
  readonly sasl?: KafkaSasl | null;
  /** Null: unencrypted. */
  readonly tls?: KafkaTls | null;
  /** For topics that are created from now on; existing ones keep theirs. */
  readonly partitions?: number;
  /** For topics that are created from now on; never more than the number of brokers. */
  readonly replicationFactor?: number;
  /** The first pause before a failed message is delivered again. It doubles with every failure, up to 32 times this. */
  readonly redeliveryPauseMs?: number;
  /** After this time a killed member is replaced. Brokers take 6 seconds to half an hour. */
  readonly sessionTimeoutMs?: number;
}

type Complete = Required<Omit<KafkaBusOptions, 'url'>>;

/** The client libraries by name. Only the one that is used is loaded. */
const clients = {
  kafkajs: async (options: ClientOptions): Promise<KafkaClient> => {
    const { KafkajsClient } = await import('./kafkajs/kafkajs-client.js');
    return new KafkajsClient(options);
  },
  platformatic: async (options: ClientOptions): Promise<KafkaClient> => {
    const { PlatformaticClient } = await import('./platformatic/platformatic-client.js');
    return new PlatformaticClient(options);
  },
};

export type KafkaClientName = keyof typeof clients;

const checkMs = 5_000;

/** Kafka as the bus. It connects on first use, so it can be opened before its brokers run. */
export class KafkaBus extends Bus {
  private readonly admin: AdminLink;
  private readonly topics: Topics;
  private readonly publisher: Publisher;
  private readonly members = new Set<Subscription>();
  private readonly readers = new Set<TopicReader>();
  private isClosed = false;

  private constructor(
    private readonly client: KafkaClient,
    private readonly options: Complete,
  ) {
    super();
    this.admin = new AdminLink(client);
    this.topics = new Topics(this.admin, options, options.log);
    this.publisher = new Publisher(client, this.topics);
  }

  static async open({ url, ...options }: KafkaBusOptions): Promise<KafkaBus> {
    const complete: Complete = {
      client: 'kafkajs',
      clientId: 'batchmill',
      sasl: null,
      tls: null,
      partitions: 6,
      replicationFactor: 3,
      redeliveryPauseMs: 1_000,
      sessionTimeoutMs: 30_000,
      ...options,
    };
    refuseBelowOne('partitions', complete.partitions);
    refuseBelowOne('replicationFactor', complete.replicationFactor);
    const client = await clients[complete.client]({ brokers: brokersOf(url), ...complete });
    return new KafkaBus(client, complete);
  }

  /** Messages with one key keep their order across all calls of this process. Missing topics are created. */
  override async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.publisher.publish(messages);
  }

  /** Missing topics are created. Resolves when the member has joined the group. */
  override async subscribe(subscribing: SubscribeOptions): Promise<Subscription> {
    this.refuseWhenClosed();
    await this.topics.ensureUnlessKnown(subscribing.topics);
    const { redeliveryPauseMs, sessionTimeoutMs, log } = this.options;
    const member = await this.client.join(subscribing, {
      redeliveryPauseMs,
      sessionTimeoutMs,
      log,
      ensureTopics: (topics) => this.topics.ensure(topics),
      committedOffsets: (group, topics) => this.topics.committedOffsetsOf(group, topics),
    });
    this.members.add(member);
    const stop = async (): Promise<void> => {
      await member.stop();
      this.members.delete(member);
    };
    if (this.isClosed) {
      await stop();
      throw closedError();
    }
    return { stop, died: member.died };
  }

  override async ensureTopics(topics: readonly string[]): Promise<void> {
    await this.topics.ensure(topics);
  }

  override async tryTopics(topics: readonly string[]): Promise<void> {
    await this.topics.tryToMake(topics);
  }

  override async describe(topics: readonly string[], groups: readonly string[]): Promise<BusDescription> {
    return describeBus(this.admin, topics, groups);
  }

  override async *read(topic: string): AsyncIterable<IncomingMessage> {
    const extents = await this.topics.extentsOf(topic);
    if (extents.length === 0) return;
    const { log, clientId } = this.options;
    const reader = this.client.read(topic, extents, {
      ...{ log, clientId },
      extentsOf: (each) => this.topics.extentsOf(each),
    });
    this.readers.add(reader);
    try {
      yield* reader.messages();
    } finally {
      this.readers.delete(reader);
    }
  }

  override async lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    return this.topics.lagOf(group, topics);
  }

  override async check(): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      late.reject(new TimeoutError('bus.timed-out', `The bus did not answer a check within ${checkMs} ms.`));
    }, checkMs);
    try {
      await Promise.race([this.admin.request('Checking the bus', (admin) => admin.countBrokers()), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    for (const reader of this.readers) reader.breakOff(closedError());
    await Promise.all([...this.members].map((member) => member.stop()));
    await this.publisher.close();
    await this.admin.close();
  }

  private refuseWhenClosed(): void {
    if (this.isClosed) throw closedError();
  }
}

function refuseBelowOne(option: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new ValidationError(
    'bus.bad-url',
    `The option ${option} of the bus is ${value}; expected a whole number from 1.`,
  );
}
