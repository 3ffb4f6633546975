import { redeliveryPause } from '../redelivery-pause.js';
import type { IncomingMessage } from '../bus.js';

/** What is done with a message, and with its place. */
export interface Delivery {
  readonly handle: (message: IncomingMessage) => Promise<void>;
  readonly commit: (message: IncomingMessage) => Promise<void>;
  readonly redeliveryPauseMs: number;
}

/** The messages of one partition while this process is a member of the group: one at a time, each committed when handled. */
export class PartitionWorker {
  private failures = 0;
  private handled: IncomingMessage | null = null;
  private current: Promise<unknown> = Promise.resolve();

  constructor(private readonly delivery: Delivery) {}

  /** Null when it is handled and committed; else after how many milliseconds it should come again. */
  async deliver(message: IncomingMessage): Promise<number | null> {
    const delivering = this.handleAndCommit(message);
    this.current = delivering;
    return delivering;
  }

  /** Resolves when nothing is being handled or committed. */
  async idle(): Promise<void> {
    await this.current;
  }

  /** What a handler rejects with is for the handler to report: here it only means that the message comes again. */
  private async handleAndCommit(message: IncomingMessage): Promise<number | null> {
    try {
      if (!this.wasHandled(message)) await this.delivery.handle(message);
      this.handled = message;
      await this.delivery.commit(message);
      this.failures = 0;
      return null;
    } catch {
      this.failures += 1;
      return redeliveryPause(this.delivery.redeliveryPauseMs, this.failures);
    }
  }

  /** It comes again because its commit was lost, in a rebalance or with a broker: it only needs another one. */
  private wasHandled({ offset, recordedAt }: IncomingMessage): boolean {
    return this.handled?.offset === offset && this.handled.recordedAt.getTime() === recordedAt.getTime();
  }
}
