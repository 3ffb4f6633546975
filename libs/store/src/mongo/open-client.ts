import { ValidationError } from '@batchmill/contracts';
import { MongoClient } from 'mongodb';
import { shownUrl } from './mongo-url.js';

/** How long a call may take on a healthy server. A page of a large collection without an index takes long. */
export const callTimeoutMs = 300_000;

/**
 * The driver, configured for the port's guarantees. It connects with the first call.
 *
 * - Durable: a write is acknowledged when a majority has it in its journal; a standalone server is its own majority. If
 *   a majority takes too long, the write fails instead of waiting for ever.
 * - Read as written: from the primary, whatever the URL says. Reads may see writes that a majority has not acknowledged yet. That
 *   is safe here, because a worker first takes a record by a write, which waits for everything before it.
 * - Bounded: a server that does not answer, frozen ones too, fails its heartbeats within seven seconds, which aborts every
 *   call that waits for it; a call without a server rejects after ten more, a read, which is tried twice, after twenty. Only a server that answers the heartbeats but
 *   not the call is waited for longer.
 * - Retried once by the driver after a lost connection, unless the URL says `retryWrites=false`: single writes on replica sets. Never `updateMany` and
 *   `deleteMany`, and nothing on a server on its own: those reject, and may have been carried out.
 * - Documents come back with the types that the embedded store gives; invalid UTF-8 does not throw.
 */
export function openClient(url: string): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'batchmill',
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: 30_000 },
      readPreference: 'primary',
      heartbeatFrequencyMS: 2_000,
      connectTimeoutMS: 5_000,
      serverSelectionTimeoutMS: 10_000,
      socketTimeoutMS: callTimeoutMs,
      maxIdleTimeMS: 60_000,
      ignoreUndefined: true,
      promoteValues: true,
      promoteLongs: true,
      promoteBuffers: false,
      useBigInt64: false,
      bsonRegExp: false,
      enableUtf8Validation: false,
    });
  } catch (error) {
    // The driver's message may contain the password, so neither the message nor the error is kept.
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new ValidationError(
      'store.bad-url',
      `The URL ${shownUrl(url)} is invalid (${reason}); expected mongodb://user:password@host:27017/database, with special characters of user and password percent-encoded, and options that MongoDB's driver knows.`,
    );
  }
}
