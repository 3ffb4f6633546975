import type { IncomingMessage, SubscribeOptions } from '../bus.js';

/** One subscription as a member of its group. */
export class Member {
  private readonly running = new Set<Promise<unknown>>();

  constructor(private readonly subscribing: SubscribeOptions) {}

  wants(topic: string): boolean {
    return this.subscribing.topics.includes(topic);
  }

  async handle(message: IncomingMessage): Promise<void> {
    await this.subscribing.handle(message);
  }

  /** Keeps the delivery in mind until it has ended, so that `idle` can wait for it. */
  async during<T>(delivery: Promise<T>): Promise<T> {
    this.running.add(delivery);
    try {
      return await delivery;
    } finally {
      this.running.delete(delivery);
    }
  }

  /** Resolves when none of its handlers runs, committed or not. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.running);
  }
}
