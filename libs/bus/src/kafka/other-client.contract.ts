import {
  Kafka,
  Partitioners,
  logLevel,
  type Admin,
  type Consumer,
  type Message,
  type Producer,
  type Transaction,
} from 'kafkajs';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { brokersOf } from './kafka-url.js';

/** Another client of the same Kafka: another program, or an administrator. */
export class OtherClient {
  private readonly kafka: Kafka;
  private readonly connected: { disconnect(): Promise<void> }[] = [];
  private administrator: Admin | null = null;

  constructor(url: string) {
    this.kafka = new Kafka({ brokers: brokersOf(url), logLevel: logLevel.NOTHING });
  }

  async send(topic: string, message: Message): Promise<void> {
    const producer = await this.connect(this.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner }));
    await producer.send({ topic, messages: [message] });
  }

  async inTransaction(topic: string, values: readonly string[], end: 'commit' | 'abort'): Promise<void> {
    const producer = await this.connect(this.transactional());
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: values.map((value) => ({ key: 'a', value })) });
    await transaction[end]();
  }

  async beginTransaction(topic: string, value: string): Promise<Transaction> {
    const producer = await this.connect(this.transactional());
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: 'a', value }] });
    return transaction;
  }

  /** Joins the group as a member with another assignment protocol than ours. */
  async joinByOtherProtocol(group: string, topic: string): Promise<Consumer> {
    const consumer = this.kafka.consumer({
      groupId: group,
      partitionAssigners: [
        () => ({
          name: 'another',
          version: 1,
          assign: async () => [],
          protocol: () => ({ name: 'another', metadata: Buffer.alloc(0) }),
        }),
      ],
    });
    await this.connect(consumer);
    await consumer.subscribe({ topics: [topic] });
    await consumer.run({ eachMessage: async () => undefined });
    return consumer;
  }

  async partitionsOf(topic: string): Promise<number> {
    const { topics } = await (await this.admin()).fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length ?? 0;
  }

  async addPartitions(topic: string, count: number): Promise<void> {
    await (await this.admin()).createPartitions({ topicPartitions: [{ topic, count }] });
  }

  async makeTopic(topic: string, configuration: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(configuration).map(([name, value]) => ({ name, value }));
    await (
      await this.admin()
    ).createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1, configEntries }] });
  }

  /** Returns before the brokers lead all of its partitions. */
  async requestTopic(topic: string, numPartitions: number): Promise<void> {
    await (
      await this.admin()
    ).createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: false });
  }

  /** Returns once the brokers have forgotten it: until then they may take a message for it, and lose that. */
  async deleteTopic(topic: string): Promise<void> {
    await (await this.admin()).deleteTopics({ topics: [topic] });
    while (await this.isServed(topic)) await delay(50);
  }

  private async isServed(topic: string): Promise<boolean> {
    const asking = this.kafka.admin({ retry: { retries: 0 } });
    await asking.connect();
    try {
      await asking.fetchTopicOffsets(topic);
      return true;
    } catch {
      return false;
    } finally {
      await asking.disconnect();
    }
  }

  async deleteRecords(topic: string, partition: number, before: string): Promise<void> {
    const admin = await this.admin();
    await admin.fetchTopicOffsets(topic); // the client only knows topics whose metadata it has fetched
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: before }] });
  }

  async groups(): Promise<string[]> {
    return (await (await this.admin()).listGroups()).groups.map(({ groupId }) => groupId);
  }

  async membersOf(group: string): Promise<number> {
    return (await (await this.admin()).describeGroups([group])).groups[0]?.members.length ?? 0;
  }

  async close(): Promise<void> {
    for (const each of this.connected) await each.disconnect();
  }

  private transactional(): Producer {
    return this.kafka.producer({ transactionalId: `test-${randomUUID()}`, idempotent: true, maxInFlightRequests: 1 });
  }

  private async admin(): Promise<Admin> {
    return (this.administrator ??= await this.connect(this.kafka.admin()));
  }

  private async connect<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(client: T): Promise<T> {
    await client.connect();
    this.connected.push(client);
    return client;
  }
}
