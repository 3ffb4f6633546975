export { KafkaBus, type KafkaBusOptions } from './kafka-bus.js';
export type { KafkaLog } from './kafka-log.js';
export type { KafkaSasl, KafkaTls } from './kafka-client.js';
