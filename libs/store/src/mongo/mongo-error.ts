import { ConnectionError, isBatchmillError, ProcessingError, TimeoutError } from '@batchmill/contracts';
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

/** What was being done when the driver threw. */
export interface Doing {
  /** The URL, as it may be shown. */
  readonly url: string;
  readonly collection: string;
  readonly what: 'insert' | 'update' | 'filter' | 'index';
  /** The document that it was for; undefined when that is not one. */
  readonly id?: unknown;
}

const closed = [MongoClientClosedError, MongoTopologyClosedError, MongoNotConnectedError];

/** What the driver threw, as the error that the port promises; what is none of the driver's stays as it is. */
export function mongoError(thrown: unknown, doing: Doing): unknown {
  const error = withoutBulk(thrown);
  if (isBatchmillError(error)) return error;
  if (closed.some((kind) => error instanceof kind)) {
    return new ConnectionError('store.closed', `The store ${doing.url} was closed.`, { cause: error });
  }
  const trouble = troubleIn(error);
  switch (trouble) {
    case undefined:
      return error;
    case 'away':
    case 'slow':
    case 'disk-full':
    case 'not-authorised':
      return awayError(trouble, error, doing);
    case 'duplicate':
      return new DuplicateKeyError(doing.collection, keyIn(error, doing.id));
    case 'index-conflict':
      return new ProcessingError(
        'store.index-conflict',
        `${doing.collection}: ${saidBy(error)}; wanted an index that is not there yet, or is the same`,
      );
    case 'refused':
    case null:
      return refusal(error, doing);
  }
}

/** Undefined for an error that is not the driver's, null for one that nobody foresaw. */
export function troubleIn(error: unknown): Trouble | null | undefined {
  if (error instanceof MongoNetworkTimeoutError) return 'slow';
  if (error instanceof MongoMissingCredentialsError) return 'not-authorised';
  if (error instanceof MongoNetworkError || error instanceof MongoExpiredSessionError) return 'away';
  if (error instanceof MongoServerSelectionError) return isAuthorisation(error.cause) ? 'not-authorised' : 'away';
  if (error instanceof MongoServerError) return isAuthorisation(error) ? 'not-authorised' : troubleOfServer(error);
  if (error instanceof MongoInvalidArgumentError || error instanceof BSON.BSONError) return 'refused';
  if (passesDriversBuffer(error)) return 'refused';
  return error instanceof MongoError ? 'away' : undefined;
}

/** A bulk wraps what kept it from being sent, a lost connection for one, in an error of a server that has no code. */
function withoutBulk(error: unknown): unknown {
  return error instanceof MongoBulkWriteError && error.errorResponse instanceof Error ? error.errorResponse : error;
}

/** What the driver throws for a document that is far beyond 16 MB: the server never sees it. */
function passesDriversBuffer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_OUT_OF_RANGE';
}

function troubleOfServer(error: MongoServerError): Trouble | null {
  const trouble = troubleOf(Number(error.code));
  const passes = error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('RetryableReadError');
  return passes && trouble !== 'slow' ? 'away' : trouble;
}

/** Atlas has one code for all that it refuses at its door. */
function isAuthorisation(error: unknown): boolean {
  if (!(error instanceof MongoServerError)) return false;
  const atlas = 8000;
  return troubleOf(Number(error.code)) === 'not-authorised' || (error.code === atlas && /auth/i.test(error.message));
}

function awayError(
  trouble: 'away' | 'slow' | 'disk-full' | 'not-authorised',
  error: unknown,
  { url, collection }: Doing,
): ConnectionError | TimeoutError {
  const said = saidBy(error);
  const options = { cause: error };
  switch (trouble) {
    case 'away':
      return new ConnectionError('store.away', `The store ${url} does not answer: ${said}.`, options);
    case 'slow':
      return new TimeoutError(
        'store.timed-out',
        `The store ${url} took too long over ${collection}: ${said}. It may have been carried out all the same. Look at the server's load, and whether an index is missing.`,
        options,
      );
    case 'disk-full':
      return new ConnectionError('store.disk-full', `The disk of the store ${url} is full: free some space.`, options);
    case 'not-authorised':
      return new ConnectionError(
        'store.not-authorised',
        `The store ${url} refuses this user: ${said}. Look at user, password and authSource of the URL, and give the user the role readWrite on the database.`,
        options,
      );
  }
}

/** Its cause is left out: the server quotes the document. */
function refusal(error: unknown, { collection, what, id }: Doing): ProcessingError {
  const which = id === undefined ? collection : `${collection}: ${idText(id)}`;
  return new ProcessingError(refusedCode(what, error), `${which}: ${saidBy(error)}`);
}

function refusedCode(what: Doing['what'], error: unknown) {
  const ofFilter = error instanceof Error && /unknown (?:top level )?operator/i.test(error.message);
  if (what === 'insert') return 'store.insert-refused';
  return what === 'update' && !ofFilter ? 'store.update-refused' : 'store.filter-refused';
}

/** Name and code of what went wrong, and what the server says of it. */
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

/** Those of a bulk, which the driver gives as one or as a list. */
export function writeErrorsOf({ writeErrors }: MongoBulkWriteError): readonly WriteError[] {
  return [writeErrors].flat();
}
