import type { IncomingMessage } from '../../bus.js';
import type { PartitionWorker } from '../partition-worker.js';
import type { Cursor } from './fetch.js';
import type { Slots } from './slots.js';

export interface FeedOptions {
  readonly topic: string;
  readonly partition: number;
  /** The offset of its first message. */
  readonly next: bigint;
  readonly worker: PartitionWorker;
  /** Shared by the partitions of a subscription. */
  readonly slots: Slots;
  /** Called when it wants messages again. */
  readonly onHungry: () => void;
  readonly onPause: (pauseMs: number) => void;
}

/** So much is fetched ahead, so that the broker is asked while messages are handled. */
const aheadMessages = 500;
const aheadBytes = 1024 * 1024;

/** The messages of a partition between their fetch and their commit, from when the group gives it to this member until it takes it away. */
export class PartitionFeed implements Cursor {
  readonly topic: string;
  readonly partition: number;
  next: bigint;
  private queue: IncomingMessage[] = [];
  private bytes = 0;
  private delivered: IncomingMessage | null = null;
  private isWorking = false;
  private isPausing = false;
  private hasEnded = false;
  private readonly ended = Promise.withResolvers<undefined>();

  constructor(private readonly options: FeedOptions) {
    ({ topic: this.topic, partition: this.partition, next: this.next } = options);
  }

  isHungry(): boolean {
    return !this.hasEnded && this.queue.length < aheadMessages && this.bytes < aheadBytes;
  }

  /** True: it has enough for now, and may want more within milliseconds. */
  mayHungerSoon(): boolean {
    return !this.hasEnded && !this.isPausing && !this.isHungry();
  }

  /** True: this is being handled or committed, so it may still be committed. */
  isDelivering(message: IncomingMessage): boolean {
    return this.delivered === message;
  }

  /** An answer to a request from `from` on. One from before a new beginning is dropped. */
  add(messages: readonly IncomingMessage[], { from, next }: { readonly from: bigint; readonly next: bigint }): void {
    if (this.hasEnded || this.next !== from) return;
    this.next = next;
    for (const message of messages) {
      this.queue.push(message);
      this.bytes += bytesOf(message);
    }
    if (!this.isWorking && this.queue.length > 0) void this.work();
  }

  /** The topic was created again: what is here of the old one is neither delivered nor committed. */
  beginAgain(): void {
    this.queue = [];
    this.bytes = 0;
    this.delivered = null;
    this.next = 0n;
  }

  /** No other message is delivered. The one that is being handled can be committed as long as the group's generation lasts. */
  end(): void {
    this.hasEnded = true;
    this.ended.resolve(undefined);
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    await this.options.worker.idle(); // a handler that was left behind may still run
    while (!this.hasEnded) {
      const message = this.queue[0];
      if (message === undefined) break;
      const pauseMs = await this.options.slots.use(() => this.deliver(message));
      if (this.queue[0] !== message) continue; // it began again
      if (pauseMs === null) this.remove(message);
      else await this.pause(pauseMs);
    }
    this.isWorking = false;
  }

  private async deliver(message: IncomingMessage): Promise<number | null> {
    if (this.hasEnded || this.queue[0] !== message) return 0;
    this.delivered = message;
    try {
      return await this.options.worker.deliver(message);
    } finally {
      if (this.delivered === message) this.delivered = null;
    }
  }

  private remove(message: IncomingMessage): void {
    const wasHungry = this.isHungry();
    this.queue.shift();
    this.bytes -= bytesOf(message);
    if (!wasHungry && this.isHungry()) this.options.onHungry();
  }

  private async pause(ms: number): Promise<void> {
    if (this.hasEnded) return;
    this.options.onPause(ms);
    const over = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => over.resolve(undefined), ms);
    this.isPausing = true;
    await Promise.race([over.promise, this.ended.promise]);
    this.isPausing = false;
    clearTimeout(timer);
  }
}

function bytesOf({ value }: IncomingMessage): number {
  return value?.length ?? 0;
}
