export {
  findConsumerFiles,
  tryConsumerFiles,
  type ConsumerProblem,
  type FoundConsumers,
  type TriedConsumers,
} from './consumer-files.js';
