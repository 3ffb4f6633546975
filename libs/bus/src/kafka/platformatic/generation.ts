import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterMetadata } from '@platformatic/kafka';
import type { IncomingMessage } from '../../bus.js';
import { heartbeatIntervalMs } from '../kafka-client.js';
import { says } from '../kafka-error.js';
import type { CommittedOffset } from '../offset-watch.js';
import type { PartitionWorker } from '../partition-worker.js';
import type { Share } from './assignment.js';
import type { BrokerLink } from './broker-link.js';
import { Fetcher } from './fetcher.js';
import { forgotten, type GroupLink } from './group-link.js';
import { OffsetCommits } from './offset-commits.js';
import { PartitionFeed } from './partition-feed.js';
import type { Slots } from './slots.js';

export interface GenerationOptions {
  readonly group: GroupLink;
  /** For fetches. */
  readonly link: BrokerLink;
  readonly topics: readonly string[];
  readonly slots: Slots;
  readonly sessionTimeoutMs: number;
  readonly workerOf: (topic: string, partition: number) => PartitionWorker;
  readonly committedOffsets: () => Promise<readonly CommittedOffset[]>;
  readonly onPause: (place: { readonly topic: string; readonly partition: number }, pauseMs: number) => void;
  readonly onNewTopic: (topic: string) => void;
  readonly onTrouble: (error: unknown) => void;
  /** Aborted: no other message is delivered, and the generation ends when no handler runs. */
  readonly stopped: AbortSignal;
}

/** The partitions that a member has between two rebalances of its group. */
export class Generation {
  private readonly feeds = new Map<string, PartitionFeed>();
  private readonly commits: OffsetCommits;
  private readonly fetcher: Fetcher;
  private readonly topicIds = new Map<string, string>();
  private readonly partitionCounts = new Map<string, number>();
  /** A topic has another number of partitions than when they were assigned. */
  private hasOutgrown = false;
  private isOver = false;

  private constructor(
    shares: readonly Share[],
    committed: readonly CommittedOffset[],
    private readonly options: GenerationOptions,
  ) {
    const { group, link, topics, onTrouble } = options;
    this.commits = new OffsetCommits(async (offsets) => {
      // The link has the number of the next generation already when a commit that waited comes after the end of this one.
      if (this.isOver) throw new Error('the generation of the group is over');
      await group.commit(offsets);
    });
    for (const { topic, partitions } of shares) {
      for (const partition of partitions) {
        const own = committed.find((each) => each.topic === topic && each.partition === partition);
        this.feeds.set(placeOf(topic, partition), this.feedOf(topic, partition, own?.next ?? 0n));
      }
    }
    this.fetcher = new Fetcher(link, [...this.feeds.values()], {
      ...{ topics, onTrouble },
      onMetadata: (metadata) => this.compare(metadata),
    });
  }

  /** Reads the committed offsets of the partitions. */
  static async begin(shares: readonly Share[], options: GenerationOptions): Promise<Generation> {
    return new Generation(shares, await options.committedOffsets(), options);
  }

  /** Works until the member has to join again, or is stopped. When it resolves, no message of this generation is committed any more. */
  async last(rebalanceTimeoutMs: number): Promise<void> {
    void this.fetcher.run(); // it never rejects, and ends by itself once it is stopped
    try {
      await this.attend(rebalanceTimeoutMs);
    } finally {
      this.end();
      this.isOver = true;
      this.feeds.clear();
    }
  }

  /** Rejects for a message that is not being delivered by this generation: its partition may be another member's. */
  async commit(message: IncomingMessage): Promise<void> {
    const { topic, partition, offset } = message;
    const feed = this.feeds.get(placeOf(topic, partition));
    if (!feed?.isDelivering(message)) throw new Error('the group has given the partition away meanwhile');
    await this.commits.commit({ topic, partition, next: BigInt(offset) + 1n });
  }

  private async attend(rebalanceTimeoutMs: number): Promise<void> {
    const { stopped, sessionTimeoutMs, group } = this.options;
    let heardAt = performance.now();
    let rebalancingSince: number | null = null;
    for (;;) {
      if (stopped.aborted || rebalancingSince !== null) {
        this.end();
        const leftMs = rebalancingSince === null ? Infinity : rebalancingSince + rebalanceTimeoutMs - performance.now();
        if (leftMs <= 0 || (await this.isIdleWithin(this.beatMs))) return;
      } else {
        await delay(this.beatMs, undefined, { signal: stopped }).catch(() => undefined);
      }
      if (this.hasOutgrown && group.isLeader) rebalancingSince ??= performance.now();
      try {
        await group.heartbeat();
        heardAt = performance.now();
      } catch (error) {
        if (says(error, 'REBALANCE_IN_PROGRESS')) {
          rebalancingSince ??= performance.now();
          heardAt = performance.now();
        } else if (says(error, ...forgotten)) return;
        else if (performance.now() - heardAt > sessionTimeoutMs) throw error; // by now the partitions are others'
      }
    }
  }

  private get beatMs(): number {
    return heartbeatIntervalMs(this.options.sessionTimeoutMs);
  }

  private async isIdleWithin(ms: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), ms);
    const workers = [...this.feeds.values()].map(({ topic, partition }) => this.options.workerOf(topic, partition));
    const idle = Promise.all(workers.map((worker) => worker.idle())).then(() => true);
    try {
      return await Promise.race([idle, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  private end(): void {
    this.fetcher.stop();
    for (const feed of this.feeds.values()) feed.end();
  }

  private feedOf(topic: string, partition: number, next: bigint): PartitionFeed {
    const { workerOf, slots, onPause } = this.options;
    return new PartitionFeed({
      ...{ topic, partition, next, slots },
      worker: workerOf(topic, partition),
      onHungry: () => this.fetcher.wake(),
      onPause: (pauseMs) => onPause({ topic, partition }, pauseMs),
    });
  }

  /** A topic that was deleted and created again has another id. One with more partitions than before wants another assignment. */
  private compare({ topics }: ClusterMetadata): void {
    for (const [topic, { id, partitionsCount }] of topics) {
      const [knownId, knownCount] = [this.topicIds.get(topic), this.partitionCounts.get(topic)];
      this.topicIds.set(topic, id);
      this.partitionCounts.set(topic, partitionsCount);
      if (knownCount !== undefined && knownCount !== partitionsCount) this.hasOutgrown = true;
      if (knownId === undefined || knownId === id) continue;
      this.options.onNewTopic(topic);
      for (const feed of this.feeds.values()) if (feed.topic === topic) feed.beginAgain();
    }
  }
}

function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
