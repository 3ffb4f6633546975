import { deadLetterSuffix } from './dead-letter.js';
import {
  Bus,
  type BusDescription,
  type IncomingMessage,
  type OutgoingMessage,
  type Purging,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from './bus.js';

/**
 * A bus on which every topic and group has a prefix, so that several installations can share its servers. Callers name
 * topics and groups without the prefix.
 */
export class PrefixedBus extends Bus {
  constructor(
    private readonly bus: Bus,
    private readonly prefix: string,
  ) {
    super();
  }

  override async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    await this.bus.publish(messages.map((message) => this.#outgoing(message)));
  }

  override async subscribe({ group, topics, handle }: SubscribeOptions): Promise<Subscription> {
    return this.bus.subscribe({
      group: this.prefix + group,
      topics: topics.map((topic) => this.prefix + topic),
      handle: (message) => handle(this.#incoming(message)),
    });
  }

  override async ensureTopics(topics: readonly string[]): Promise<void> {
    await this.bus.ensureTopics(topics.map((topic) => this.prefix + topic));
  }

  override async tryTopics(topics: readonly string[]): Promise<void> {
    await this.bus.tryTopics(topics.map((topic) => this.prefix + topic));
  }

  override async describe(topics: readonly string[], groups: readonly string[]): Promise<BusDescription> {
    const described = await this.bus.describe(
      topics.map((topic) => this.prefix + topic),
      groups.map((group) => this.prefix + group),
    );
    return {
      ...described,
      topics: described.topics.map((topic) => ({ ...topic, topic: this.#withoutPrefix(topic.topic) })),
      groups: described.groups.map((group) => ({ ...group, group: this.#withoutPrefix(group.group) })),
    };
  }

  override async *read(topic: string): AsyncIterable<IncomingMessage> {
    for await (const message of this.bus.read(this.prefix + topic)) yield this.#incoming(message);
  }

  override async lag(group: string, topics: readonly string[]): Promise<TopicLag[]> {
    const lags = await this.bus.lag(
      this.prefix + group,
      topics.map((topic) => this.prefix + topic),
    );
    return lags.map((lag) => ({ ...lag, topic: this.#withoutPrefix(lag.topic) }));
  }

  override async purge(purging: Purging): Promise<number | null> {
    return this.bus.purge(purging);
  }

  override async compact(): Promise<boolean> {
    return this.bus.compact();
  }

  override async check(): Promise<void> {
    await this.bus.check();
  }

  override async close(): Promise<void> {
    await this.bus.close();
  }

  /** The headers of a dead letter name a topic and a group too: on the servers with the prefix. */
  #outgoing({ topic, headers, ...message }: OutgoingMessage): OutgoingMessage {
    const { dlt_topic: origin, dlt_group: group } = headers;
    const isDeadLetter = topic.endsWith(deadLetterSuffix) && origin !== undefined && group !== undefined;
    const names = isDeadLetter ? { dlt_topic: this.prefix + origin, dlt_group: this.prefix + group } : {};
    return { ...message, topic: this.prefix + topic, headers: { ...headers, ...names } };
  }

  #incoming({ topic, headers, ...message }: IncomingMessage): IncomingMessage {
    const { dlt_topic: origin, dlt_group: group } = headers;
    const isDeadLetter = topic.endsWith(deadLetterSuffix) && origin !== undefined && group !== undefined;
    const names = isDeadLetter ? { dlt_topic: this.#withoutPrefix(origin), dlt_group: this.#withoutPrefix(group) } : {};
    return { ...message, topic: this.#withoutPrefix(topic), headers: { ...headers, ...names } };
  }

  #withoutPrefix(name: string): string {
    return name.slice(this.prefix.length);
  }
}
