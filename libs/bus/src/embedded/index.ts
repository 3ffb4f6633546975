export { busFileIn } from './adapter.js';
export { EmbeddedBus, consumerLockOf, type EmbeddedBusOptions } from './embedded-bus.js';
