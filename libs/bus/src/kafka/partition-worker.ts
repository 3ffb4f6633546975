import { redeliveryPause } from '../redelivery-pause.js';
import type { IncomingMessage } from '../bus.js';

/** How to handle a message and commit its offset. */
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

  /** Null when it is handled and committed; else the milliseconds until its redelivery. */
  async deliver(message: IncomingMessage): Promise<number | null> {
    const delivering = this.handleAndCommit(message);
    this.current = delivering;
    return delivering;
  }

  /** Resolves when nothing is being handled or committed. */
  async idle(): Promise<void> {
    await this.current;
  }

  /** The handler reports its own errors. Here a rejection only means that the message is delivered again. */
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

  /** A message whose commit was lost, in a rebalance or with a broker, is delivered again and only needs another commit. */
  private wasHandled({ offset, recordedAt }: IncomingMessage): boolean {
    return this.handled?.offset === offset && this.handled.recordedAt.getTime() === recordedAt.getTime();
  }
}
