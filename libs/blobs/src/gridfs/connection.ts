import { ConnectionError, ValidationError } from '@batchmill/contracts';
import { MongoConnection } from '@batchmill/mongo';
import { MongoClient, type Db } from 'mongodb';
import { gridFsError } from './gridfs-error.js';
import { databaseOf, serversOf } from './gridfs-url.js';

/**
 * One database of a MongoDB server, 4.4 or newer, standalone or a replica set.
 *
 * - A write is acknowledged when a majority has it in its journal; reads go to the primary.
 * - A server that does not answer fails its heartbeats within seven seconds, which aborts every call that waits for it;
 *   a call without a server rejects after ten more, a read, which is tried twice, after twenty.
 */
export class Connection {
  readonly database: Db;
  /** The address for messages, without user and password. */
  readonly address: string;
  readonly #connection: MongoConnection;

  /** Connects with the first call and reconnects by itself. Throws a ValidationError for an invalid URL. */
  constructor(url: string, database: string | undefined) {
    const servers = serversOf(url);
    const client = clientOf(url, servers);
    const name = database ?? databaseOf(url);
    if (name === null) {
      throw new ValidationError(
        'blobs.bad-url',
        `The URL of the blobs, on ${servers}, names no database; expected mongodb://host:27017/database.`,
      );
    }
    this.database = client.db(name);
    this.address = `${servers}/${name}`;
    this.#connection = new MongoConnection(client, () => {
      return new ConnectionError('blobs.unavailable', `The blobs in ${this.address} were closed.`);
    });
  }

  /** Translates the driver's errors into the port's errors. */
  run<R>(work: () => Promise<R>): Promise<R> {
    return this.#translated(() => this.#connection.run(work));
  }

  /** Rejects within seconds, with the reason, when no server answers. */
  check(): Promise<void> {
    return this.#translated(() => this.#connection.check(this.database.databaseName));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #translated<R>(call: () => Promise<R>): Promise<R> {
    try {
      return await call();
    } catch (error) {
      throw gridFsError(error, this.address);
    }
  }
}

function clientOf(url: string, servers: string): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'batchmill',
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: 30_000 },
      readPreference: 'primary',
      heartbeatFrequencyMS: 2_000,
      connectTimeoutMS: 5_000,
      serverSelectionTimeoutMS: 10_000,
      socketTimeoutMS: 60_000,
      maxIdleTimeMS: 60_000,
      promoteBuffers: false,
    });
  } catch (error) {
    // The driver's message may contain the password, so neither the message nor the error is kept.
    const reason = error instanceof Error ? error.name : 'unknown';
    throw new ValidationError(
      'blobs.bad-url',
      `The URL of the blobs, on ${servers}, is invalid (${reason}); expected mongodb://user:password@host:27017/database, with special characters of user and password percent-encoded, and options that MongoDB's driver knows.`,
    );
  }
}
