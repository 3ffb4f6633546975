export interface CommittedOffset {
  readonly topic: string;
  readonly partition: number;
  /** Of the next message; null while nothing is committed. */
  readonly next: bigint | null;
}

/**
 * Notices topics that were deleted and created again. The client would continue at its old offset and skip messages that
 * it has never seen. The brokers drop the committed offsets with the topic, and that is detectable.
 */
export class OffsetWatch {
  private readonly committed = new Map<string, bigint>();

  constructor(private readonly readOffsets: () => Promise<readonly CommittedOffset[]>) {}

  note(topic: string, partition: number, next: bigint): void {
    this.committed.set(placeOf(topic, partition), next);
  }

  /** Other members may have committed in the meantime. */
  forget(): void {
    this.committed.clear();
  }

  /** The partitions whose committed offset is gone or lower than before. Each is reported once. */
  async vanished(): Promise<CommittedOffset[]> {
    const before = new Map(this.committed);
    const vanished: CommittedOffset[] = [];
    for (const now of await this.readOffsets()) {
      const place = placeOf(now.topic, now.partition);
      const was = before.get(place);
      if (was !== undefined && (now.next ?? -1n) < was) {
        vanished.push(now);
        this.committed.delete(place);
      } else if (now.next !== null && !this.committed.has(place)) {
        this.committed.set(place, now.next);
      }
    }
    return vanished;
  }
}

function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
