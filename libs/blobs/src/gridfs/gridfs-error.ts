import { ConnectionError, isBatchmillError } from '@batchmill/contracts';
import { mongoHangUpAdvice, mongoTlsAdvice } from '@batchmill/mongo';
import { MongoError, MongoMissingCredentialsError, MongoServerError } from 'mongodb';

/** Codes of MongoDB's server: https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml */
const duplicateKey = 11000;
const outOfDiskSpace = 14031;
const unauthorized = 13;
const authenticationFailed = 18;
const atlasError = 8000;

/** Translates a driver's error into the port's error; other errors are returned unchanged. */
export function gridFsError(error: unknown, address: string): unknown {
  if (isBatchmillError(error)) return error;
  const options = { cause: error };
  const tls = mongoTlsAdvice(error);
  if (tls !== null && error instanceof Error) {
    const message = `The blobs in ${address} cannot be reached by TLS: ${error.message}. ${tls}`;
    return new ConnectionError('blobs.tls', message, options);
  }
  if (!(error instanceof MongoError)) return error;
  const code = codeOf(error);
  if (code === outOfDiskSpace) {
    const message = `The disk that holds the blobs (${address}) is full: free some space.`;
    return new ConnectionError('blobs.disk-full', message, options);
  }
  if (code === unauthorized || code === authenticationFailed || isRefusal(error)) {
    const message = `The store of the blobs ${address} refuses this user: ${error.message}. Check user, password and authSource in the URL, and give the user the role readWrite on the database.`;
    return new ConnectionError('blobs.not-authorised', message, options);
  }
  const message = `The blobs in ${address} cannot be read or written now: ${error.message}.${mongoHangUpAdvice(error.message)}`;
  return new ConnectionError('blobs.unavailable', message, options);
}

export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey;
}

function isRefusal(error: MongoError): boolean {
  return error instanceof MongoMissingCredentialsError || (error.code === atlasError && /auth/i.test(error.message));
}

function codeOf(error: MongoError): number {
  return Number(error.code);
}
