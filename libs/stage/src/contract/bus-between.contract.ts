import { ConnectionError, type BatchmillError } from '@batchmill/contracts';
import {
  Bus,
  type IncomingMessage,
  type OutgoingMessage,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from '@batchmill/bus';

/** A bus that hands on to another one, and can be away or deliver otherwise than once. */
export class BusBetween extends Bus {
  /** Nothing can be published meanwhile. */
  isAway = false;
  /** How often each message is handled before it is committed; 0: never. */
  deliveries = 1;
  /** Called after a message was handled and before it is committed. */
  beforeCommit: (message: IncomingMessage) => Promise<void> = async () => undefined;

  readonly #death = Promise.withResolvers<BatchmillError>();

  constructor(private readonly bus: Bus) {
    super();
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.isAway) throw new ConnectionError('bus.unavailable', 'the bus is away');
    await this.bus.publish(messages);
  }

  /** Every subscription ends for good. */
  die(error: BatchmillError): void {
    this.#death.resolve(error);
  }

  async subscribe({ handle, ...subscribing }: SubscribeOptions): Promise<Subscription> {
    const handleSoOften = async (message: IncomingMessage): Promise<void> => {
      for (let delivery = 1; delivery <= this.deliveries; delivery += 1) await handle(message);
      await this.beforeCommit(message);
    };
    const subscription = await this.bus.subscribe({ ...subscribing, handle: handleSoOften });
    return {
      stop: () => subscription.stop(),
      died: Promise.race([subscription.died, this.#death.promise]),
    };
  }

  ensureTopics(topics: readonly string[]): Promise<void> {
    return this.bus.ensureTopics(topics);
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
    // The bus behind it is closed by whoever opened it.
  }
}
