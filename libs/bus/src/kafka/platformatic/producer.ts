import {
  ProduceAcks,
  Producer,
  compatibilityPartitioner,
  type BaseOptions,
  type MessageToProduce,
} from '@platformatic/kafka';
import type { OutgoingMessage } from '../../bus.js';
import type { KafkaProducer } from '../kafka-client.js';
import { BrokenConnections, closeAtOnce } from './broker-link.js';

/** With all retries. The client would try for longer where a broker takes connections but does not answer. */
const sendTimeoutMs = 35_000;

export class PlatformaticProducer implements KafkaProducer {
  private readonly producer: Producer;
  private readonly broken: BrokenConnections;
  private withoutKey = 0;

  constructor(options: BaseOptions) {
    // An idempotent producer of the client takes one retry for as many as it likes.
    this.producer = new Producer({ ...options, idempotent: true, retries: 2 });
    this.broken = new BrokenConnections(this.producer);
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const records = messages.map((message) => this.recordOf(message));
    const sent = this.broken.explain(this.producer.send({ acks: ProduceAcks.ALL, messages: records }));
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('Request timed out')), sendTimeoutMs);
    await Promise.race([sent, late.promise]).finally(() => {
      clearTimeout(timer);
    });
  }

  async disconnect(): Promise<void> {
    await closeAtOnce(this.producer);
  }

  /** The partition of a key is that of Kafka's own clients and of kafkajs; the client's default differs from it. */
  private recordOf({ topic, key, value, headers }: OutgoingMessage): MessageToProduce {
    const record: MessageToProduce = {
      topic,
      ...(key === null ? {} : { key: Buffer.from(key) }),
      ...(value === null ? {} : { value: Buffer.from(value) }),
      headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
    };
    // The client takes the remainder by the number of partitions.
    record.partition = key === null ? this.withoutKey++ : compatibilityPartitioner(record, record.key);
    return record;
  }
}
