import type { Kafka, Producer } from 'kafkajs';
import type { OutgoingMessage } from '../../bus.js';
import type { KafkaProducer } from '../kafka-client.js';
import { retry } from './retry.js';
import { steadyPartitioner } from './steady-partitioner.js';

export class KafkajsProducer implements KafkaProducer {
  private constructor(private readonly producer: Producer) {}

  static async connect(kafka: Kafka): Promise<KafkajsProducer> {
    const producer = kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: steadyPartitioner,
      retry: { ...retry, retries: 2 }, // a frozen broker is reported after half a minute
    });
    try {
      await producer.connect();
      return new KafkajsProducer(producer);
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const topicMessages = [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      messages: ofTopic.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
    }));
    await this.producer.sendBatch({ acks: -1, timeout: 10_000, topicMessages });
  }

  async disconnect(): Promise<void> {
    await this.producer.disconnect();
  }
}
