import type { SubscribeOptions } from '../bus.js';
import { Member } from './member.js';
import { PartitionReader, type ReaderOptions } from './partition-reader.js';

/** The subscriptions of one consumer group in this process. They share the partitions; each partition has one reader. */
export class ConsumerGroup {
  private readonly members: Member[] = [];
  private readonly readers = new Map<string, PartitionReader>();

  constructor(
    private readonly name: string,
    private readonly options: ReaderOptions,
  ) {}

  /** How many subscriptions there are. */
  get size(): number {
    return this.members.length;
  }

  join(subscription: SubscribeOptions): Member {
    const member = new Member(subscription);
    this.members.push(member);
    for (const topic of new Set(subscription.topics)) {
      const partitions = this.options.log.partitionsOf(topic);
      for (let partition = 0; partition < partitions; partition += 1) this.startReader(topic, partition);
    }
    return member;
  }

  /** Resolves when the member's handlers have ended. The other members take over its partitions. */
  async leave(member: Member): Promise<void> {
    const index = this.members.indexOf(member);
    if (index >= 0) this.members.splice(index, 1);
    for (const reader of this.readers.values()) reader.interrupt();
    await member.idle();
  }

  /** Signals new messages in one partition, or in any. */
  signal(topic?: string, partition?: number): void {
    if (topic !== undefined && partition !== undefined) this.readers.get(nameOf(topic, partition))?.signal();
    else for (const reader of this.readers.values()) reader.signal();
  }

  private startReader(topic: string, partition: number): void {
    const name = nameOf(topic, partition);
    const existing = this.readers.get(name);
    if (existing && !existing.ended) return;
    const member = () => this.memberFor(topic, partition);
    const reader = new PartitionReader({ group: this.name, topic, partition }, member, this.options);
    this.readers.set(name, reader);
    void reader.run();
  }

  private memberFor(topic: string, partition: number): Member | null {
    const candidates = this.members.filter((member) => member.subscribesTo(topic));
    return candidates[partition % candidates.length] ?? null;
  }
}

function nameOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
