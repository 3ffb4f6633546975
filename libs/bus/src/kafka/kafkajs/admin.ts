import kafkajs, { type Admin, type Kafka } from 'kafkajs'; // Node does not see the constants among its named exports
import type { DescribedGroup } from '../../bus.js';
import type { Extent, KafkaAdmin, NewTopics, TopicLayout } from '../kafka-client.js';
import type { CommittedOffset } from '../offset-watch.js';
import { retry } from './retry.js';

export class KafkajsAdmin implements KafkaAdmin {
  private constructor(private readonly admin: Admin) {}

  static async connect(kafka: Kafka): Promise<KafkajsAdmin> {
    const admin = kafka.admin({ retry });
    try {
      await admin.connect();
      return new KafkajsAdmin(admin);
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async countBrokers(): Promise<number> {
    return (await this.admin.describeCluster()).brokers.length;
  }

  async listTopics(): Promise<string[]> {
    return this.admin.listTopics();
  }

  async createTopics(topics: readonly string[], made: NewTopics): Promise<void> {
    const configEntries = Object.entries(made.settings).map(([name, value]) => ({ name, value }));
    const { partitions: numPartitions, replicationFactor, validateOnly } = made;
    await this.admin.createTopics({
      topics: topics.map((topic) => ({ topic, numPartitions, replicationFactor, configEntries })),
      validateOnly,
      timeout: 10_000,
      waitForLeaders: false,
    });
  }

  async offsetsOf(topic: string): Promise<Extent[]> {
    const offsets = await this.admin.fetchTopicOffsets(topic);
    return offsets.map(({ partition, low, high }) => ({ partition, oldest: BigInt(low), end: BigInt(high) }));
  }

  async committedOffsetsOf(group: string, topics: readonly string[]): Promise<CommittedOffset[]> {
    const offsets = await this.admin.fetchOffsets({ groupId: group, topics: [...topics] });
    return offsets.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }) => ({ topic, partition, next: offset === '-1' ? null : BigInt(offset) })),
    );
  }

  async layoutOf(topics: readonly string[]): Promise<TopicLayout[]> {
    const metadata = await this.admin.fetchTopicMetadata({ topics: [...topics] });
    return metadata.topics.map(({ name, partitions }) => ({
      topic: name,
      partitions: partitions.length,
      replicas: partitions[0]?.replicas.length ?? null,
    }));
  }

  async settingsOf(topics: readonly string[], names: readonly string[]): Promise<Map<string, Map<string, string>>> {
    const { resources } = await this.admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: [...names],
      })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  }

  async describeGroups(groups: readonly string[]): Promise<DescribedGroup[]> {
    const described = await this.admin.describeGroups([...groups]);
    return described.groups.map(({ groupId, members }) => ({
      group: groupId,
      members: members.map(({ clientId, clientHost }) => ({ client: clientId, host: clientHost })),
    }));
  }

  /** A reader's group has no member when it ends, and no other use. */
  async deleteGroup(group: string): Promise<void> {
    await this.admin.deleteGroups([group]);
  }

  async disconnect(): Promise<void> {
    await this.admin.disconnect();
  }
}
