export { Clock, SystemClock } from './clock.js';
export { Ids, RandomIds } from './ids.js';
export { libraryScope, repository } from './repository.js';
export {
  ConnectionError,
  ProcessingError,
  TemplateError,
  TimeoutError,
  ValidationError,
  isBatchmillError,
  isDependencyUnavailable,
  type BatchmillError,
  type ErrorKind,
} from './error-kinds.js';
export { contractsErrorCodes, type ErrorCode, type ErrorCodes } from './error-codes.js';
export { Event, classOf, topicOf, topicPrefix, typeOf, type EventClass, type FieldsOf } from './events/event.js';
export {
  deadlineAfter,
  deadlinePattern,
  endpoints,
  redos,
  runIdPattern,
  type Endpoint,
  type Redo,
} from './run-terms.js';
export { envelopeOf, headersOf, installationHeader, type EventEnvelope } from './event-envelope.js';
export { closestName } from './closest-name.js';
export {
  completionWindowMs,
  expectedCompletionWindow,
  isCompletionWindow,
  type CompletionWindow,
} from './completion-window.js';
export { delayAfter, type Backoff } from './delay-after.js';
export { retryAfterMs } from './retry-after.js';
export { mayWantTls, tlsAdvice, tlsTroubleOf, type TlsSettings, type TlsTrouble } from './tls-trouble.js';
export { noProxies, proxyFor, type Proxies } from './proxy-for.js';
export { createFolder } from './create-folder.js';
export { NotUtf8Error, decodeText, readTextFile, whyUnreadable } from './read-text.js';
export { DocumentFailure, documentError, type DocumentError } from './document-error.js';
