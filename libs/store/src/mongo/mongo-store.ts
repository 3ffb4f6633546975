import { ConnectionError, ValidationError } from '@batchmill/contracts';
import { MongoConnection } from '@batchmill/mongo';
import type { Db, MongoClient } from 'mongodb';
import { Store, type Collection, type Fields, type NeededRight, type Place, type StoreServer } from '../store.js';
import { collectionUuids, orNull, replicaSetMembers } from './mongo-place.js';
import { MongoCollection } from './mongo-collection.js';
import { mongoError, type Doing } from './mongo-error.js';
import { databaseOf, shownUrl } from './mongo-url.js';
import { rightsLackedBy } from './mongo-rights.js';
import { describeMongoServer } from './mongo-server.js';
import { openClient } from './open-client.js';
import { defaultKeepAlive, type CursorKeepAlive } from './keep-alive-cursor.js';

export interface MongoStoreOptions {
  /** `mongodb://…/database` or `mongodb+srv://…/database`, with the driver's options. */
  readonly url: string;
  /** Overrides the database in the URL. */
  readonly database?: string;
  /** How a cursor is kept open while its reader pauses. */
  readonly keepAlive?: CursorKeepAlive;
}

/** Collections of one database of a MongoDB server, 4.4 or newer, standalone or a replica set. */
export class MongoStore extends Store {
  readonly #connection: MongoConnection;
  readonly #database: Db;
  readonly #url: string;
  readonly #keepAlive: CursorKeepAlive;

  private constructor(client: MongoClient, database: string, url: string, keepAlive: CursorKeepAlive) {
    super();
    const closedError = (): ConnectionError => new ConnectionError('store.closed', `The store ${url} was closed.`);
    this.#connection = new MongoConnection(client, closedError);
    this.#database = client.db(database);
    this.#url = url;
    this.#keepAlive = keepAlive;
  }

  /** Connects with the first call and reconnects by itself. Throws a ValidationError for an invalid URL. */
  static open({ url, database, keepAlive = defaultKeepAlive }: MongoStoreOptions): MongoStore {
    const client = openClient(url);
    const name = database ?? databaseOf(url);
    const shown = shownUrl(url);
    if (name === null) {
      throw new ValidationError(
        'store.bad-url',
        `The URL ${shown} names no database; expected mongodb://host:27017/database, or the database named beside it.`,
      );
    }
    return new MongoStore(client, name, shown, keepAlive);
  }

  override collection<T extends Fields = Fields>(name: string): Collection<T> {
    return new MongoCollection<T>(this.#database.collection(name), {
      run: (doing, work) => this.#run({ collection: name, ...doing }, work),
      keepAlive: this.#keepAlive,
    });
  }

  override async collectionNames(): Promise<string[]> {
    return this.#run({ collection: 'the list of collections', what: 'filter' }, async () => {
      const listed = await this.#database
        .listCollections({}, { nameOnly: true, authorizedCollections: true })
        .toArray();
      const names = listed.map(({ name }) => name).filter((name) => !name.startsWith('system.'));
      const firsts = await Promise.all(
        names.map((name) => this.#database.collection(name).findOne({}, { projection: { _id: 1 } })),
      );
      return names.filter((_, index) => firsts[index] !== null).sort();
    });
  }

  override async placeOf(collections: readonly string[]): Promise<Place> {
    return this.#run({ collection: collections.join(', '), what: 'filter' }, async () => {
      const database = this.#database.databaseName;
      const identity = { database, ...(await collectionUuids(this.#database, collections)) };
      const servers = await replicaSetMembers(this.#database);
      return { name: `${this.#url} (database ${database})`, identity, servers };
    });
  }

  override async describeServer(): Promise<StoreServer> {
    return this.#run({ collection: 'a description of the server', what: 'filter' }, async () => {
      const name = `${this.#url} (database ${this.#database.databaseName})`;
      return { name, ...(await describeMongoServer(this.#database)) };
    });
  }

  override async missingRights(needed: readonly NeededRight[]): Promise<readonly NeededRight[] | null> {
    return this.#run({ collection: 'the rights of the user', what: 'filter' }, async () => {
      const status = await orNull(() => this.#database.command({ connectionStatus: 1, showPrivileges: true }));
      return rightsLackedBy(status ?? {}, { database: this.#database.databaseName, needed });
    });
  }

  override async check(): Promise<void> {
    await this.#translated({ collection: 'a ping', what: 'filter' }, () =>
      this.#connection.check(this.#database.databaseName),
    );
  }

  override async close(): Promise<void> {
    await this.#connection.close();
  }

  #run<R>(doing: Omit<Doing, 'url'>, work: () => Promise<R>): Promise<R> {
    return this.#translated(doing, () => this.#connection.run(work));
  }

  async #translated<R>(doing: Omit<Doing, 'url'>, call: () => Promise<R>): Promise<R> {
    try {
      return await call();
    } catch (error) {
      throw mongoError(error, { ...doing, url: this.#url });
    }
  }
}
