export { KafkaBus, type KafkaBusOptions, type KafkaClientName } from './kafka-bus.js';
export type { KafkaLog } from './kafka-log.js';
export type { KafkaSasl, KafkaTls } from './kafka-client.js';
