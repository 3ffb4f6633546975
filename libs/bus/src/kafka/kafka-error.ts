import {
  ConnectionError,
  isBatchmillError,
  mayWantTls,
  ProcessingError,
  TimeoutError,
  tlsAdvice,
  type BatchmillError,
  type TlsSettings,
} from '@batchmill/contracts';
import type { BusErrorCode } from '../error-codes.js';

const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];
const refused = [
  'INVALID_TOPIC_EXCEPTION',
  'POLICY_VIOLATION',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_RECORD',
];
const timedOut = ['KafkaJSRequestTimeoutError', 'KafkaJSTimeout', 'KafkaJSLockTimeout', 'REQUEST_TIMED_OUT'];
const notAuthorised =
  /AUTHORIZATION_FAILED$|^KafkaJSSASLAuthenticationError$|^SASL_AUTHENTICATION_FAILED$|^ILLEGAL_SASL_STATE$/;

const tlsSettings: TlsSettings = {
  switch: 'KAFKA_TLS=true',
  authority: 'KAFKA_CA_FILE',
  serverName: 'KAFKA_TLS_SERVER_NAME',
  certificate: 'KAFKA_CERTIFICATE_FILE and KAFKA_KEY_FILE',
};

/** Translates a client's error into the port's error. `doing` describes the operation. */
export function kafkaError(error: unknown, doing: string): BatchmillError {
  if (isBatchmillError(error)) return error;
  const words = wordsOf(error);
  const has = (expected: readonly string[]) => words.some((word) => expected.includes(word));
  const message = `${doing}: ${saidBy(error)}.`;
  const options = { cause: error };
  if (has(tooLarge)) {
    return new ProcessingError(
      'bus.message-too-large',
      `${message} Raise max.message.bytes of the topic, or send less in one message.`,
    );
  }
  if (words.some((word) => notAuthorised.test(word))) {
    return new ConnectionError('bus.not-authorised', `${message} ${loginAdvice(words)}`, options);
  }
  const tls = tlsAdvice(error, tlsSettings);
  if (tls !== null) return new ConnectionError('bus.tls', `${message} ${tls}`, options);
  if (has(refused)) return new ProcessingError('bus.refused', message, options);
  if (has(timedOut)) return new TimeoutError('bus.timed-out', message, options);
  const advice =
    mayWantTls(message) || /requires TLS/.test(message)
      ? ' A broker that hangs up at once may want TLS (KAFKA_TLS), a certificate (KAFKA_CERTIFICATE_FILE) or a login (KAFKA_USERNAME).'
      : '';
  return new ConnectionError('bus.unavailable', message + advice, options);
}

function loginAdvice(words: readonly string[]): string {
  return words.some((word) => word.endsWith('AUTHORIZATION_FAILED'))
    ? 'Give the user the right, by an ACL of the brokers.'
    : 'Check KAFKA_USERNAME, KAFKA_PASSWORD and KAFKA_SASL_MECHANISM.';
}

export function busError(code: BusErrorCode, message: string, cause?: unknown): ConnectionError {
  return new ConnectionError(code, message, cause === undefined ? {} : { cause });
}

export function closedError(): ConnectionError {
  return busError('bus.closed', 'The bus was closed: open it again.');
}

/** True when the error, or one within it, has one of these names of Kafka's protocol. */
export function says(error: unknown, ...types: string[]): boolean {
  return wordsOf(error).some((word) => types.includes(word));
}

/** Kafka's present names of errors, by the older ones that kafkajs has for them. */
const presentNames: Readonly<Record<string, string>> = {
  NOT_LEADER_FOR_PARTITION: 'NOT_LEADER_OR_FOLLOWER',
  GROUP_LOAD_IN_PROGRESS: 'COORDINATOR_LOAD_IN_PROGRESS',
  GROUP_COORDINATOR_NOT_AVAILABLE: 'COORDINATOR_NOT_AVAILABLE',
  NOT_COORDINATOR_FOR_GROUP: 'NOT_COORDINATOR',
};

/** What `@platformatic/kafka` says in words alone. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^Unknown topic /, 'UNKNOWN_TOPIC_OR_PARTITION'],
  [/^Request timed out/, 'REQUEST_TIMED_OUT'],
  [/^Cannot get a connection: the broker is not available/, 'LEADER_NOT_AVAILABLE'],
];

/** Names and types of an error and of the errors within it. The clients wrap errors that they retried. */
function wordsOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 5) return [];
  const fields = error as { readonly type?: unknown; readonly apiId?: unknown };
  const types = [fields.type, fields.apiId].filter((type) => typeof type === 'string');
  const said = names.filter(([pattern]) => pattern.test(error.message)).map(([, name]) => name);
  const gathered: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [
    error.name,
    ...types.map((type) => presentNames[type] ?? type),
    ...said,
    ...[error.cause, ...gathered].flatMap((inner) => wordsOf(inner, depth + 1)),
  ];
}

/** The message without a full stop at its end. Of errors that were gathered, of the first. */
function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const gathered: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors[0] : undefined;
  if (gathered instanceof Error) return saidBy(gathered);
  const { serverErrorMessage } = error as { readonly serverErrorMessage?: unknown };
  const more = typeof serverErrorMessage === 'string' ? serverErrorMessage : reasonWithin(error);
  return `${error.message.replace(/[.\s]+$/, '')}${more === '' ? '' : `: ${more}`}`.slice(0, 500);
}

/** kafkajs repeats what the cause says, `@platformatic/kafka` does not. */
function reasonWithin({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return '';
  const reason = saidBy(cause);
  return message.includes(reason) || reason.includes(message) ? '' : reason;
}
