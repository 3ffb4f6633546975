import type { Bus, IncomingMessage } from './bus.js';

/** The messages that a handler has received, and a way to wait for them. */
export class Received {
  readonly messages: IncomingMessage[] = [];
  private readonly waiting = new Set<() => void>();

  /** `then` is called after a message is added; when it rejects, so does the handler. */
  constructor(private readonly then: (message: IncomingMessage) => Promise<unknown> = async () => undefined) {}

  readonly handle = async (message: IncomingMessage): Promise<void> => {
    this.messages.push(message);
    for (const check of this.waiting) check();
    await this.then(message);
  };

  /** Resolves once the handler has received `count` messages. The test's timeout limits the wait. */
  async atLeast(count: number): Promise<IncomingMessage[]> {
    return this.until((messages) => messages.length >= count);
  }

  async until(isEnough: (messages: readonly IncomingMessage[]) => boolean): Promise<IncomingMessage[]> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const check = () => {
      if (isEnough(this.messages)) resolve(undefined);
    };
    this.waiting.add(check);
    check();
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
