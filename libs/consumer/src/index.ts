export * from './public.js';
export { checkConsumer, consumerName } from './check-consumer.js';
export {
  findConsumerFiles,
  tryConsumerFiles,
  type ConsumerProblem,
  type FoundConsumers,
  type TriedConsumers,
} from './consumer-files.js';
export { consumerModule } from './consumer-module.js';
export { consumerErrorCodes, type ConsumerErrorCode } from './error-codes.js';
