import type { Bus, IncomingMessage } from './bus.js';

/** The messages that a handler was given, and a way to wait for them. */
export class Received {
  readonly messages: IncomingMessage[] = [];
  private readonly waiting = new Set<() => void>();

  /** `then` runs after a message was noted; when it rejects, so does the handler. */
  constructor(private readonly then: (message: IncomingMessage) => Promise<unknown> = async () => undefined) {}

  readonly handle = async (message: IncomingMessage): Promise<void> => {
    this.messages.push(message);
    for (const look of this.waiting) look();
    await this.then(message);
  };

  /** Resolves when so many were given to the handler; the test's own patience bounds it. */
  async atLeast(count: number): Promise<IncomingMessage[]> {
    return this.until((messages) => messages.length >= count);
  }

  async until(enough: (messages: readonly IncomingMessage[]) => boolean): Promise<IncomingMessage[]> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const look = () => {
      if (enough(this.messages)) resolve(undefined);
    };
    this.waiting.add(look);
    look();
    await promise;
    return this.messages;
  }

  values(): string[] {
    return this.messages.map(({ value }) => String(value));
  }
}

export async function messagesOf(bus: Bus, topic: string): Promise<IncomingMessage[]> {
  const messages: IncomingMessage[] = [];
  for await (const message of bus.read(topic)) messages.push(message);
  return messages;
}
