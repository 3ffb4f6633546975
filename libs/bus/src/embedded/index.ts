export { busFileIn } from './adapter.js';
export { EmbeddedBus, type EmbeddedBusOptions } from './embedded-bus.js';
