import { ProcessingError } from '@batchmill/contracts';
import type { OutgoingMessage } from '../bus.js';
import type { KafkaClient, KafkaProducer } from './kafka-client.js';
import { closedError, kafkaError, says } from './kafka-error.js';
import { Publication } from './publication.js';
import { RequestQueue, type Part } from './request-queue.js';
import type { Topics } from './topics.js';

/** A larger request gets no answer: the broker closes the connection (socket.request.max.bytes). */
const brokerTakesBytes = 100 * 1024 * 1024;

/** Answers of a recreated topic, or of a broker that no longer knows this producer: a new producer may succeed at once. */
const passing = [
  'UNKNOWN_TOPIC_OR_PARTITION',
  'NOT_LEADER_OR_FOLLOWER',
  'UNKNOWN_PRODUCER_ID',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'INVALID_PRODUCER_EPOCH',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
];

/**
 * Sends one request at a time, so that the messages of a key keep the order in which they were published. What is
 * published during a request goes into the next one, together.
 *
 * The producer is idempotent: a request that it retries is recorded once. Its sequence numbers are only right if every
 * request ended. After one that did not, the brokers could mistake another message for it and drop that. Therefore there
 * are never two requests at a time, and there is a new producer after a failure.
 */
export class Publisher {
  private readonly queue = new RequestQueue();
  private producer: Promise<KafkaProducer> | null = null;
  private sending: Promise<void> | null = null;
  private isClosed = false;

  constructor(
    private readonly client: Pick<KafkaClient, 'connectProducer'>,
    private readonly topics: Topics,
  ) {}

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (this.isClosed) throw closedError();
    if (messages.length === 0) return;
    const publication = new Publication(messages);
    this.queue.add(publication);
    this.sending ??= this.sendAll();
    await publication.done;
  }

  /** Sends what was published before it closes. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.sending;
    await this.dropProducer();
  }

  private async sendAll(): Promise<void> {
    while (!this.queue.isEmpty) await this.deliver(this.queue.take());
    this.sending = null;
  }

  /** Settles what it can. A request that is too large is halved until the oversized message is alone. */
  private async deliver(parts: readonly Part[]): Promise<void> {
    if (parts.length === 0) return;
    try {
      await this.send(parts);
      for (const { publication } of parts) publication.oneRecorded();
    } catch (error) {
      const failure = kafkaError(error, `Publishing to ${topicsOf(parts).join(', ')}`);
      if (failure.code === 'bus.message-too-large' && parts.length > 1) {
        const half = Math.ceil(parts.length / 2);
        await this.deliver(parts.slice(0, half));
        await this.deliver(parts.slice(half).filter(({ publication }) => !publication.isFailed));
        return;
      }
      for (const { publication } of parts) publication.fail(failure);
    }
  }

  private async send(parts: readonly Part[]): Promise<void> {
    refuseTooLarge(parts);
    try {
      await this.sendOnce(parts);
    } catch (error) {
      if (!says(error, ...passing)) throw error;
      this.topics.forget(topicsOf(parts));
      await this.sendOnce(parts);
    }
  }

  private async sendOnce(parts: readonly Part[]): Promise<void> {
    await this.topics.ensureUnlessKnown(topicsOf(parts));
    const producer = await (this.producer ??= this.connect());
    try {
      await producer.send(parts.map(({ message }) => message));
    } catch (error) {
      await this.dropProducer();
      throw error;
    }
  }

  private async connect(): Promise<KafkaProducer> {
    try {
      return await this.client.connectProducer();
    } catch (error) {
      this.producer = null;
      throw error;
    }
  }

  private async dropProducer(): Promise<void> {
    const { producer } = this;
    this.producer = null;
    await producer?.then((connected) => connected.disconnect()).catch(() => undefined);
  }
}

function topicsOf(parts: readonly Part[]): string[] {
  return [...new Set(parts.map(({ message }) => message.topic))];
}

function refuseTooLarge(parts: readonly Part[]): void {
  const found = parts.find(({ bytes }) => bytes > brokerTakesBytes);
  if (found) {
    throw new ProcessingError(
      'bus.message-too-large',
      `A message to ${found.message.topic} has ${found.bytes} bytes; brokers accept at most ${brokerTakesBytes} in one request.`,
    );
  }
}
