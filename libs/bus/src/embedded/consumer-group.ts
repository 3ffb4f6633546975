import type { SubscribeOptions } from '../bus.js';
import { Member } from './member.js';
import { PartitionReader, type Reading } from './partition-reader.js';

/** The subscriptions of one group in this process. They share the partitions; each partition has one reader. */
export class ConsumerGroup {
  private readonly members: Member[] = [];
  private readonly readers = new Map<string, PartitionReader>();

  constructor(
    private readonly name: string,
    private readonly reading: Reading,
  ) {}

  join(subscribing: SubscribeOptions): Member {
    const member = new Member(subscribing);
    this.members.push(member);
    for (const topic of new Set(subscribing.topics)) {
      const partitions = this.reading.log.partitionsOf(topic);
      for (let partition = 0; partition < partitions; partition += 1) this.startReader(topic, partition);
    }
    return member;
  }

  /** Resolves when none of its handlers runs any more. The other members go on with its partitions. */
  async leave(member: Member): Promise<void> {
    const index = this.members.indexOf(member);
    if (index >= 0) this.members.splice(index, 1);
    for (const reader of this.readers.values()) reader.interrupt();
    await member.idle();
  }

  /** Something was published: in one partition, or anywhere. */
  wake(topic?: string, partition?: number): void {
    if (topic !== undefined && partition !== undefined) this.readers.get(placeOf(topic, partition))?.wake();
    else for (const reader of this.readers.values()) reader.wake();
  }

  private startReader(topic: string, partition: number): void {
    const place = placeOf(topic, partition);
    const known = this.readers.get(place);
    if (known && !known.ended) return;
    const member = () => this.memberFor(topic, partition);
    const reader = new PartitionReader({ group: this.name, topic, partition }, member, this.reading);
    this.readers.set(place, reader);
    void reader.run();
  }

  private memberFor(topic: string, partition: number): Member | null {
    const candidates = this.members.filter((member) => member.wants(topic));
    return candidates[partition % candidates.length] ?? null;
  }
}

function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
