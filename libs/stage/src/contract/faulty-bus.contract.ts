import { ConnectionError, type BatchmillError } from '@batchmill/contracts';
import {
  Bus,
  type BusDescription,
  type IncomingMessage,
  type OutgoingMessage,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from '@batchmill/bus';

/** A bus that passes everything to another one, and can be unavailable or deliver messages more or less than once. */
export class FaultyBus extends Bus {
  /** True: nothing can be published. */
  isUnavailable = false;
  /** How often each message is handled before it is committed; 0: never. */
  deliveries = 1;
  /** Called before a subscription. */
  beforeSubscribing: () => Promise<void> = async () => undefined;
  /** Called after a message was handled and before it is committed. */
  beforeCommit: (message: IncomingMessage) => Promise<void> = async () => undefined;

  readonly #death = Promise.withResolvers<BatchmillError>();

  constructor(private readonly bus: Bus) {
    super();
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.isUnavailable) throw new ConnectionError('bus.unavailable', 'the bus is unavailable');
    await this.bus.publish(messages);
  }

  /** Ends every subscription for good. */
  die(error: BatchmillError): void {
    this.#death.resolve(error);
  }

  async subscribe({ handle, ...options }: SubscribeOptions): Promise<Subscription> {
    await this.beforeSubscribing();
    const handleRepeatedly = async (message: IncomingMessage): Promise<void> => {
      for (let delivery = 1; delivery <= this.deliveries; delivery += 1) await handle(message);
      await this.beforeCommit(message);
    };
    const subscription = await this.bus.subscribe({ ...options, handle: handleRepeatedly });
    return {
      stop: () => subscription.stop(),
      died: Promise.race([subscription.died, this.#death.promise]),
    };
  }

  ensureTopics(topics: readonly string[]): Promise<void> {
    return this.bus.ensureTopics(topics);
  }

  tryTopics(topics: readonly string[]): Promise<void> {
    return this.bus.tryTopics(topics);
  }

  describe(topics: readonly string[], groups: readonly string[]): Promise<BusDescription> {
    return this.bus.describe(topics, groups);
  }

  read(topic: string): AsyncIterable<IncomingMessage> {
    return this.bus.read(topic);
  }

  lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    return this.bus.lag(group, topics);
  }

  check(): Promise<void> {
    return this.bus.check();
  }

  async close(): Promise<void> {
    // The test closes the bus that it opened.
  }
}
