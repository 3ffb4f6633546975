export { openPorts } from './open-ports.js';
export { openStores } from './open-stores.js';
