import {
  Bus,
  type BusDescription,
  type IncomingMessage,
  type OutgoingMessage,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from '@batchmill/bus';

/** A bus that delivers every message twice, as Kafka does when a consumer dies before it commits. */
export class DuplicatingBus extends Bus {
  constructor(private readonly bus: Bus) {
    super();
  }

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.bus.publish(messages);
  }

  subscribe({ handle, ...rest }: SubscribeOptions): Promise<Subscription> {
    const twice = async (message: IncomingMessage): Promise<void> => {
      await handle(message);
      await handle(message);
    };
    return this.bus.subscribe({ ...rest, handle: twice });
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

  close(): Promise<void> {
    return this.bus.close();
  }
}
