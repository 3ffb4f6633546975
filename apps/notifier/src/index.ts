export { Notifier } from './notifier.js';
export { NotifierModule } from './notifier.module.js';
export { tellTest, type TestAnswer } from './tell-test.js';
export { notifierErrorCodes, type NotifierErrorCode } from './error-codes.js';
