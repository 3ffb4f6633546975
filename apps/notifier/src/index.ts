export { Notifier } from './notifier.js';
export { NotifierModule } from './notifier.module.js';
export { checkChannel } from './check-channel.js';
export { sendTest, type TestAnswer } from './send-test.js';
export { notifierErrorCodes, type NotifierErrorCode } from './error-codes.js';
