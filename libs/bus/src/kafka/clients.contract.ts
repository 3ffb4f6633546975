import type { KafkaClientName } from './index.js';

/** Every client library keeps the same guarantees: what is tested on Kafka is tested with each of them. */
export const kafkaClients = ['kafkajs', 'platformatic'] as const satisfies KafkaClientName[];
