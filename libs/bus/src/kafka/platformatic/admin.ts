import {
  Admin,
  ConfigResourceTypes,
  FetchIsolationLevels,
  ListOffsetTimestamps,
  type BaseOptions,
} from '@platformatic/kafka';
import type { DescribedGroup } from '../../bus.js';
import type { Extent, KafkaAdmin, NewTopics, TopicLayout } from '../kafka-client.js';
import type { CommittedOffset } from '../offset-watch.js';
import { BrokerLink, BrokenConnections, closeAtOnce } from './broker-link.js';

export class PlatformaticAdmin implements KafkaAdmin {
  private readonly admin: Admin;
  private readonly broken: BrokenConnections;
  /** For what the client's own admin has no call. */
  private readonly link: BrokerLink;

  constructor(options: BaseOptions) {
    this.admin = new Admin(options);
    this.broken = new BrokenConnections(this.admin);
    this.link = new BrokerLink(options);
  }

  async countBrokers(): Promise<number> {
    return (await this.metadataOf([])).brokers.size;
  }

  async listTopics(): Promise<string[]> {
    return this.broken.explain(this.admin.listTopics());
  }

  /** The client's own call cannot have the brokers check alone. */
  async createTopics(topics: readonly string[], made: NewTopics): Promise<void> {
    const configs = Object.entries(made.settings).map(([name, value]) => ({ name, value }));
    const { partitions: numPartitions, replicationFactor, validateOnly } = made;
    const { controllerId } = await this.metadataOf([]);
    await this.link.ask(
      'CreateTopics',
      controllerId,
      topics.map((name) => ({ name, numPartitions, replicationFactor, assignments: [], configs })),
      10_000,
      validateOnly,
    );
  }

  async offsetsOf(topic: string): Promise<Extent[]> {
    const numbers = await this.partitionsOf(topic);
    const oldest = await this.listOffsets(topic, numbers, ListOffsetTimestamps.EARLIEST);
    const ends = await this.listOffsets(topic, numbers, ListOffsetTimestamps.LATEST);
    return numbers.map((partition) => ({
      partition,
      oldest: oldest.get(partition) ?? 0n,
      end: ends.get(partition) ?? 0n,
    }));
  }

  async committedOffsetsOf(group: string, topics: readonly string[]): Promise<CommittedOffset[]> {
    if (topics.length === 0) return [];
    const asked: { name: string; partitionIndexes: number[] }[] = [];
    for (const name of topics) asked.push({ name, partitionIndexes: await this.partitionsOf(name) });
    const groups = await this.broken.explain(
      this.admin.listConsumerGroupOffsets({ groups: [{ groupId: group, topics: asked }] }),
    );
    return groups.flatMap((each) =>
      each.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, committedOffset }) => ({
          topic: name,
          partition: partitionIndex,
          next: committedOffset < 0n ? null : committedOffset,
        })),
      ),
    );
  }

  async layoutOf(topics: readonly string[]): Promise<TopicLayout[]> {
    const metadata = await this.metadataOf(topics);
    return topics.map((topic) => {
      const known = metadata.topics.get(topic);
      return {
        topic,
        partitions: known?.partitionsCount ?? 0,
        replicas: known?.partitions[0]?.replicas.length ?? null,
      };
    });
  }

  async settingsOf(topics: readonly string[], names: readonly string[]): Promise<Map<string, Map<string, string>>> {
    const described = await this.broken.explain(
      this.admin.describeConfigs({
        resources: topics.map((resourceName) => ({
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName,
          configurationKeys: [...names],
        })),
      }),
    );
    return new Map(
      described.map(({ resourceName, configs }) => [
        resourceName,
        new Map(configs.map(({ name, value }) => [name, value ?? ''])),
      ]),
    );
  }

  async describeGroups(groups: readonly string[]): Promise<DescribedGroup[]> {
    const described = await this.broken.explain(this.admin.describeGroups({ groups: [...groups] }));
    return [...described].map(([group, { members }]) => ({
      group,
      members: [...members.values()].map(({ clientId, clientHost }) => ({ client: clientId, host: clientHost })),
    }));
  }

  async disconnect(): Promise<void> {
    await closeAtOnce(this.admin);
    await this.link.close();
  }

  private metadataOf(topics: readonly string[]) {
    return this.broken.explain(this.admin.metadata({ topics: [...topics], forceUpdate: true }));
  }

  private async partitionsOf(topic: string): Promise<number[]> {
    const { topics } = await this.metadataOf([topic]);
    return Array.from({ length: topics.get(topic)?.partitionsCount ?? 0 }, (_, partition) => partition);
  }

  /** What is part of no finished transaction does not count: nobody can read it. */
  private async listOffsets(topic: string, partitions: readonly number[], timestamp: bigint) {
    const [listed] = await this.broken.explain(
      this.admin.listOffsets({
        topics: [{ name: topic, partitions: partitions.map((partitionIndex) => ({ partitionIndex, timestamp })) }],
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      }),
    );
    return new Map(listed?.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
  }
}
