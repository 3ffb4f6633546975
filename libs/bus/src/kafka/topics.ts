import { setTimeout as delay } from 'node:timers/promises';
import type { TopicLag } from '../bus.js';
import type { AdminLink } from './admin-link.js';
import type { Extent } from './kafka-client.js';
import { says } from './kafka-error.js';
import type { KafkaLog } from './kafka-log.js';
import type { CommittedOffset } from './offset-watch.js';

export interface TopicSettings {
  readonly partitions: number;
  readonly replicationFactor: number;
}

const ledWithinMs = 10_000;
const pollMs = 100;
const notLed = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'KafkaJSTopicMetadataNotLoaded',
  'KafkaJSBrokerNotFound',
];

/** Kafka's name of the setting that says whose clock gives messages their time, and its value for that of the brokers. */
const timeOf = { setting: 'message.timestamp.type', brokers: 'LogAppendTime' } as const;

/** Creates topics and remembers which exist. */
export class Topics {
  private readonly known = new Set<string>();

  constructor(
    private readonly admin: AdminLink,
    private readonly settings: TopicSettings,
    private readonly log: KafkaLog,
  ) {}

  /** Topics that were seen before are assumed to exist. */
  async ensureUnlessKnown(topics: Iterable<string>): Promise<void> {
    const unknown = [...topics].filter((topic) => !this.known.has(topic));
    if (unknown.length > 0) await this.ensure(unknown);
  }

  async ensure(topics: readonly string[]): Promise<void> {
    const expected = [...new Set(topics)];
    const there = await this.list();
    const missing = expected.filter((topic) => !there.has(topic));
    if (missing.length > 0) await this.make(missing);
    const unseen = expected.filter((topic) => there.has(topic) && !this.known.has(topic));
    if (unseen.length > 0) await this.reportProducersClock(unseen);
    await this.untilLed(expected.filter((topic) => !this.known.has(topic)));
    for (const topic of expected) this.known.add(topic);
  }

  /** The brokers check the creation of those that are missing, and create nothing. */
  async tryToMake(topics: readonly string[]): Promise<void> {
    const there = await this.list();
    const missing = topics.filter((topic) => !there.has(topic));
    if (missing.length > 0) await this.requestToMake(missing, { validateOnly: true });
  }

  forget(topics: Iterable<string>): void {
    for (const topic of topics) this.known.delete(topic);
  }

  /** The current offsets of a topic by non-empty partition. Empty for a missing topic. */
  async extentsOf(topic: string): Promise<Extent[]> {
    if (!(await this.list()).has(topic)) return [];
    const extents = await this.admin.request(`Reading the end offsets of the topic ${topic}`, (admin) =>
      admin.offsetsOf(topic),
    );
    return extents.filter(({ oldest, end }) => oldest < end);
  }

  /** The committed offsets of a group by partition. */
  async committedOffsetsOf(group: string, topics: readonly string[]): Promise<CommittedOffset[]> {
    return this.admin.request(`Reading the offsets of the group ${group}`, (admin) =>
      admin.committedOffsetsOf(group, topics),
    );
  }

  /** Transaction markers count as messages until something after them is committed. */
  async lagOf(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    const there = await this.list();
    const committed = await this.committedOffsetsOf(
      group,
      topics.filter((topic) => there.has(topic)),
    );
    const lags: TopicLag[] = [];
    for (const topic of topics) {
      const extents = there.has(topic) ? await this.extentsOf(topic) : [];
      const next = new Map(committed.filter((each) => each.topic === topic).map((each) => [each.partition, each.next]));
      const behind = extents.map(({ partition, oldest, end }) =>
        Number(end - later(oldest, next.get(partition) ?? oldest)),
      );
      lags.push({ topic, messages: behind.reduce((sum, each) => sum + Math.max(0, each), 0) });
    }
    return lags;
  }

  private async list(): Promise<Set<string>> {
    return new Set(await this.admin.request('Listing the topics', (admin) => admin.listTopics()));
  }

  /** Commands of different topics are ordered by their times. Brokers may not tell their settings; then nothing is said. */
  private async reportProducersClock(topics: readonly string[]): Promise<void> {
    const settings = await this.admin
      .request('Reading the settings of topics', (admin) => admin.settingsOf(topics, [timeOf.setting]))
      .catch(() => new Map<string, Map<string, string>>());
    const byProducers = topics.filter((topic) => settings.get(topic)?.get(timeOf.setting) === 'CreateTime');
    if (byProducers.length === 0) return;
    this.log.warn(
      `topics give messages the time of the producer’s clock; a pause and a resume are taken in the order of those times. Set ${timeOf.setting}=${timeOf.brokers} on them: kafka-configs.sh --alter --entity-type topics`,
      { operation: 'bus', topics: byProducers.join(', ') },
    );
  }

  private async make(topics: readonly string[]): Promise<void> {
    const replicationFactor = await this.requestToMake(topics, { validateOnly: false });
    this.log.info('topics made', {
      operation: 'bus',
      topics: topics.join(', '),
      partitions: this.settings.partitions,
      replicationFactor,
    });
  }

  /** Returns the replication factor. */
  private async requestToMake(
    topics: readonly string[],
    { validateOnly }: { readonly validateOnly: boolean },
  ): Promise<number> {
    const replicationFactor = await this.possibleReplicationFactor();
    const settings = {
      [timeOf.setting]: timeOf.brokers,
      ...(replicationFactor > 2 ? { 'min.insync.replicas': String(replicationFactor - 1) } : {}),
    };
    await this.admin.request(`Creating the topics ${topics.join(', ')}`, async (admin) => {
      try {
        const { partitions } = this.settings;
        await admin.createTopics(topics, { partitions, replicationFactor, settings, validateOnly });
      } catch (error) {
        if (!isOnlyThereAlready(error)) throw error;
      }
    });
    return replicationFactor;
  }

  /**
   * The brokers need seconds to lead a new topic, and refuse its messages until then, also where another process created
   * it. After the time limit, for example while a broker is down, the request that uses the topic reports the error.
   */
  private async untilLed(topics: readonly string[]): Promise<void> {
    const givesUpMs = performance.now() + ledWithinMs;
    for (const topic of topics) {
      while (!(await this.isLed(topic))) {
        if (performance.now() > givesUpMs) return;
        await delay(pollMs);
      }
    }
  }

  private async isLed(topic: string): Promise<boolean> {
    try {
      await this.admin.request(`Waiting for the topic ${topic}`, (admin) => admin.offsetsOf(topic));
      return true;
    } catch (error) {
      if (!says(error, ...notLed)) throw error;
      return false;
    }
  }

  private async possibleReplicationFactor(): Promise<number> {
    const brokers = await this.admin.request('Counting the brokers', (admin) => admin.countBrokers());
    const expected = this.settings.replicationFactor;
    const possible = Math.max(1, Math.min(expected, brokers));
    if (possible < expected) {
      this.log.warn('fewer brokers than replicas expected; topics get one replica per broker', {
        operation: 'bus',
        expected,
        brokers,
      });
    }
    return possible;
  }
}

function later(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

/** Another process created some of them. The brokers create each topic of a request independently. */
function isOnlyThereAlready(error: unknown): boolean {
  const gathered: unknown = error instanceof Error && 'errors' in error ? error.errors : null;
  return Array.isArray(gathered) && gathered.every((each) => says(each, 'TOPIC_ALREADY_EXISTS'));
}
