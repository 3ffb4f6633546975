import { ConnectionError, isBatchmillError, ProcessingError, TimeoutError } from '@batchmill/contracts';
import { mongoHangUpAdvice, mongoTlsAdvice } from '@batchmill/mongo';
import {
  BSON,
  MongoClientClosedError,
  MongoBulkWriteError,
  MongoError,
  MongoExpiredSessionError,
  MongoInvalidArgumentError,
  MongoMissingCredentialsError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  type WriteError,
} from 'mongodb';
import { DuplicateKeyError } from '../duplicate-key-error.js';
import { idText } from './id-text.js';
import { troubleOf, type Trouble } from './server-codes.js';
import { withoutContents } from './without-contents.js';

/** The operation during which the driver threw. */
export interface Doing {
  /** The URL without secrets. */
  readonly url: string;
  readonly collection: string;
  readonly what: 'insert' | 'update' | 'filter' | 'index';
  /** The document's id; undefined when the operation concerns no single document. */
  readonly id?: unknown;
}

const closed = [MongoClientClosedError, MongoTopologyClosedError, MongoNotConnectedError];

/** Translates a driver's error into the port's error; other errors are returned unchanged. */
export function mongoError(thrown: unknown, doing: Doing): unknown {
  const error = withoutBulk(thrown);
  if (isBatchmillError(error)) return error;
  if (closed.some((kind) => error instanceof kind)) {
    return new ConnectionError('store.closed', `The store ${doing.url} was closed.`, { cause: error });
  }
  const tls = mongoTlsAdvice(error);
  if (tls !== null) {
    const message = `The store ${doing.url} cannot be reached by TLS: ${saidBy(error)}. ${tls}`;
    return new ConnectionError('store.tls', message, { cause: error });
  }
  const trouble = troubleIn(error);
  switch (trouble) {
    case undefined:
      return error;
    case 'unavailable':
    case 'slow':
    case 'disk-full':
    case 'not-authorised':
      return awayError(trouble, error, doing);
    case 'duplicate':
      return new DuplicateKeyError(doing.collection, keyIn(error, doing.id));
    case 'index-conflict':
      return new ProcessingError(
        'store.index-conflict',
        `${doing.collection}: ${saidBy(error)}; expected a new index, or the same one`,
      );
    case 'refused':
    case null:
      return refusal(error, doing);
  }
}

/** Undefined for an error that is not the driver's, null for an unknown one. */
export function troubleIn(error: unknown): Trouble | null | undefined {
  if (error instanceof MongoNetworkTimeoutError) return 'slow';
  if (error instanceof MongoMissingCredentialsError) return 'not-authorised';
  if (error instanceof MongoNetworkError || error instanceof MongoExpiredSessionError) return 'unavailable';
  if (error instanceof MongoServerSelectionError)
    return isAuthorisation(error.cause) ? 'not-authorised' : 'unavailable';
  if (error instanceof MongoServerError) return isAuthorisation(error) ? 'not-authorised' : troubleOfServer(error);
  if (error instanceof MongoInvalidArgumentError || error instanceof BSON.BSONError) return 'refused';
  if (passesDriversBuffer(error)) return 'refused';
  return error instanceof MongoError ? 'unavailable' : undefined;
}

/** A bulk wraps what prevented it from being sent, such as a lost connection, in a server error without a code. */
function withoutBulk(error: unknown): unknown {
  return error instanceof MongoBulkWriteError && error.errorResponse instanceof Error ? error.errorResponse : error;
}

/** The driver's error for a document far beyond 16 MB, which never reaches the server. */
export function passesDriversBuffer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}

function troubleOfServer(error: MongoServerError): Trouble | null {
  const trouble = troubleOf(Number(error.code));
  const passes = error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('RetryableReadError');
  return passes && trouble !== 'slow' ? 'unavailable' : trouble;
}

/** Atlas has one code for all refusals before authentication. */
function isAuthorisation(error: unknown): boolean {
  if (!(error instanceof MongoServerError)) return false;
  const atlas = 8000;
  return troubleOf(Number(error.code)) === 'not-authorised' || (error.code === atlas && /auth/i.test(error.message));
}

function awayError(
  trouble: 'unavailable' | 'slow' | 'disk-full' | 'not-authorised',
  error: unknown,
  { url, collection }: Doing,
): ConnectionError | TimeoutError {
  const said = saidBy(error);
  const options = { cause: error };
  switch (trouble) {
    case 'unavailable':
      return new ConnectionError(
        'store.unavailable',
        `The store ${url} does not answer: ${said}.${mongoHangUpAdvice(said)}`,
        options,
      );
    case 'slow':
      return new TimeoutError(
        'store.timed-out',
        `The store ${url} took too long over ${collection}: ${said}. It may have been executed. Check the server's load and whether an index is missing.`,
        options,
      );
    case 'disk-full':
      return new ConnectionError('store.disk-full', `The disk of the store ${url} is full: free some space.`, options);
    case 'not-authorised':
      return new ConnectionError(
        'store.not-authorised',
        `The store ${url} refuses this user: ${said}. Check user, password and authSource in the URL, and give the user the role readWrite on the database.`,
        options,
      );
  }
}

/** Without a cause: the server quotes the document. */
function refusal(error: unknown, { collection, what, id }: Doing): ProcessingError {
  const which = id === undefined ? collection : `${collection}: ${idText(id)}`;
  return new ProcessingError(refusedCode(what, error), `${which}: ${saidBy(error)}`);
}

function refusedCode(what: Doing['what'], error: unknown) {
  const ofFilter = error instanceof Error && /unknown (?:top level )?operator/i.test(error.message);
  if (what === 'insert') return 'store.insert-refused';
  return what === 'update' && !ofFilter ? 'store.update-refused' : 'store.filter-refused';
}

/** Name, code and message of the error. */
export function saidBy(error: unknown): string {
  if (passesDriversBuffer(error)) return 'it is larger than the 16 MB of a document';
  if (!(error instanceof Error)) return String(error);
  const message = withoutContents(error.message).replace(/[.\s]+$/, '');
  const code = error instanceof MongoServerError ? ` (MongoDB's code ${String(error.code)})` : '';
  return `${message}${code}`;
}

/** The id of the document, or the name of the unique index. */
function keyIn(error: unknown, id: unknown): string {
  const written = error instanceof MongoBulkWriteError ? writeErrorsOf(error)[0]?.errmsg : undefined;
  const message = written ?? (error instanceof Error ? error.message : '');
  const [, index = '_id_'] = /index: (?:\S*\$)?(\S+)/.exec(message) ?? [];
  return index === '_id_' ? idText(id) : `of the index ${index}`;
}

/** The write errors of a bulk; the driver gives one or a list. */
export function writeErrorsOf({ writeErrors }: MongoBulkWriteError): readonly WriteError[] {
  return [writeErrors].flat();
}
