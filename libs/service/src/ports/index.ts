export { PortsToInspect } from './ports-to-inspect.js';
export { openPorts } from './open-ports.js';
export { documentsOf, openStores } from './open-stores.js';
