export { StatusPoller } from './status-poller.js';
export { StatusPollerModule } from './status-poller.module.js';
export { statusPollerErrorCodes, type StatusPollerErrorCode } from './error-codes.js';
