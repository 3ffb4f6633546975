export { defineConsumer, type ConsumerDefinition, type ConsumerPorts, type Handling } from './define-consumer.js';
export {
  defineEvent,
  type DefinedEvent,
  type EventDefinition,
  type EventFieldDefinition,
  type EventFieldDefinitions,
  type EventFieldType,
  type EventFieldsOf,
} from './define-event.js';
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
