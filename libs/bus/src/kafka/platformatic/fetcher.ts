import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterMetadata } from '@platformatic/kafka';
import type { BrokerLink } from './broker-link.js';
import { byLeader, fetchFrom } from './fetch.js';
import type { PartitionFeed } from './partition-feed.js';

export interface FetcherOptions {
  readonly topics: readonly string[];
  /** Called after each look at the metadata. */
  readonly onMetadata: (metadata: ClusterMetadata) => void;
  /** Called when brokers do not answer, or lack a topic. It asks again after a pause. */
  readonly onTrouble: (error: unknown) => void;
}

/** How long a broker waits for the first message of a request. */
const maxWaitMs = 500;
/** The same while a partition is left out because enough of it was fetched. */
const shortWaitMs = 100;
const pauseMs = 200;

/** Fetches the messages of partitions from the brokers that lead them, one request at a time to each broker. */
export class Fetcher {
  private readonly asked = new Set<number>();
  private news = Promise.withResolvers<undefined>();
  private hasStopped = false;

  constructor(
    private readonly link: BrokerLink,
    private readonly feeds: readonly PartitionFeed[],
    private readonly options: FetcherOptions,
  ) {}

  /** Never rejects. Resolves after `stop`. */
  async run(): Promise<void> {
    while (!this.hasStopped) {
      this.news = Promise.withResolvers<undefined>();
      try {
        const metadata = await this.link.metadataOf(this.options.topics);
        this.options.onMetadata(metadata);
        const isAnyoneAsked = this.askLeaders(metadata);
        if (!isAnyoneAsked) void delay(pauseMs).then(() => this.wake()); // a partition has no leader at present
      } catch (error) {
        await this.pauseAfter(error);
        continue;
      }
      await this.news.promise;
    }
  }

  /** Called when a partition wants messages. */
  wake(): void {
    this.news.resolve(undefined);
  }

  stop(): void {
    this.hasStopped = true;
    this.wake();
  }

  /** False: nobody is asked, although partitions want messages. */
  private askLeaders(metadata: ClusterMetadata): boolean {
    const hungry = this.feeds.filter((feed) => feed.isHungry());
    const waitMs = this.feeds.some((feed) => feed.mayHungerSoon()) ? shortWaitMs : maxWaitMs;
    for (const [leader, feeds] of byLeader(hungry, metadata)) {
      if (this.asked.has(leader)) continue;
      this.asked.add(leader);
      void this.askLeader(leader, feeds, metadata, waitMs);
    }
    return hungry.length === 0 || this.asked.size > 0;
  }

  private async askLeader(leader: number, feeds: PartitionFeed[], metadata: ClusterMetadata, waitMs: number) {
    const from = new Map(feeds.map((feed) => [feed, feed.next]));
    try {
      const fetched = await fetchFrom(this.link, leader, feeds, { metadata, maxWaitMs: waitMs });
      if (this.hasStopped) return;
      for (const { cursor, messages, next } of fetched) cursor.add(messages, { from: from.get(cursor) ?? next, next });
      if (fetched.length < feeds.length) await delay(pauseMs); // a new leader needs a moment
    } catch (error) {
      await this.pauseAfter(error);
    } finally {
      this.asked.delete(leader);
      this.wake();
    }
  }

  private async pauseAfter(error: unknown): Promise<void> {
    if (this.hasStopped) return;
    this.link.forgetMetadata();
    this.options.onTrouble(error);
    await delay(pauseMs);
  }
}
