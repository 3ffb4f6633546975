export { Notifier } from './notifier.js';
export { NotifierModule } from './notifier.module.js';
export { notifierErrorCodes, type NotifierErrorCode } from './error-codes.js';
