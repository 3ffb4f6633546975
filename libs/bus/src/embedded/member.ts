import type { IncomingMessage, SubscribeOptions } from '../bus.js';

/** One subscription as a member of its consumer group. */
export class Member {
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly options: SubscribeOptions) {}

  subscribesTo(topic: string): boolean {
    return this.options.topics.includes(topic);
  }

  async handle(message: IncomingMessage): Promise<void> {
    await this.options.handle(message);
  }

  /** Tracks the delivery until it has ended, so that `idle` can wait for it. */
  async track<T>(delivery: Promise<T>): Promise<T> {
    this.running.add(delivery);
    try {
      return await delivery;
    } finally {
      this.running.delete(delivery);
    }
  }

  /** Resolves when no delivery is in progress, whether it was committed or not. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.running);
  }
}
