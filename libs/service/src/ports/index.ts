export { beAtWork, isAtWork } from './embedded-lock.js';
export { openPorts } from './open-ports.js';
export { openStores } from './open-stores.js';
