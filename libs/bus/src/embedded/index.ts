export { EmbeddedBus, type EmbeddedBusOptions } from './embedded-bus.js';
