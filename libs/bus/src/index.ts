export { busAdapters } from './adapters.js';
export {
  Bus,
  type BusDescription,
  type DescribedGroup,
  type DescribedTopic,
  type IncomingMessage,
  type OutgoingMessage,
  type Purging,
  type SubscribeOptions,
  type Subscription,
  type TopicLag,
} from './bus.js';
export { deadLetterOf, deadLetterSuffix, type DeadLetterCause } from './dead-letter.js';
export { PrefixedBus } from './prefixed-bus.js';
export { busErrorCodes, type BusErrorCode } from './error-codes.js';
