import { serverAddresses } from '@batchmill/testing';
import { Kafka, logLevel } from 'kafkajs';
import { randomUUID } from 'node:crypto';

export const partitions = 6;
const kafka = new Kafka({ brokers: [new URL(serverAddresses.kafka).host], logLevel: logLevel.NOTHING });

export async function createTopics(topics: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    topics: topics.map((topic) => ({ topic, numPartitions: partitions })),
    waitForLeaders: false,
  });
  await admin.disconnect();
}

export async function connectedProducer() {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}

/** Periodic commits happen every few seconds; messages handled since then are handled again after a kill. */
export async function consumeByKafkajs(
  topics: readonly string[],
  commits: 'periodically' | 'after each message',
  handle: () => void,
) {
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topics: [...topics], fromBeginning: true });
  await consumer.run({
    autoCommit: commits === 'periodically',
    eachMessage: async ({ topic, partition, message }) => {
      handle();
      if (commits === 'after each message') {
        await consumer.commitOffsets([{ topic, partition, offset: String(BigInt(message.offset) + 1n) }]);
      }
    },
  });
  return consumer;
}
