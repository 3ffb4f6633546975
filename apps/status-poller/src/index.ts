export { StatusPoller } from './status-poller.js';
export { StatusPollerModule } from './status-poller.module.js';
