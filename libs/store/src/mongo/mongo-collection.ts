import { ProcessingError } from '@batchmill/contracts';
import {
  MongoServerError,
  ObjectId,
  type Collection as DriversCollection,
  type Document,
  type IndexDescriptionInfo,
} from 'mongodb';
import { DuplicateKeyError } from '../duplicate-key-error.js';
import {
  Collection,
  type BulkCounts,
  type BulkUpdate,
  type Fields,
  type Filter,
  type FindOptions,
  type IndexKeys,
  type Sort,
  type Update,
  type UpdateCounts,
} from '../store.js';
import { runBulk } from './bulk.js';
import { checkFilter } from './check-filter.js';
import { KeepAliveCursor, type CursorKeepAlive } from './keep-alive-cursor.js';
import { orNull } from './mongo-place.js';
import type { Run } from './run.js';
import { sentUpdate } from './sent-update.js';
import { usableIndexes } from './usable-indexes.js';

export interface MongoCollectionNeeds {
  readonly run: Run;
  readonly keepAlive: CursorKeepAlive;
}

/** Documents per batch of a cursor, unless they reach 16 MB first. */
const batchDocuments = 500;

/** The code of a server that is asked for the indexes of a collection that does not exist. */
const namespaceNotFound = 26;

/** Two concurrent upserts of one key may both find nothing; the second then finds the first's document. */
const upsertAttempts = 5;

export class MongoCollection<T extends Fields = Fields> extends Collection<T> {
  readonly #documents: DriversCollection;
  readonly #run: Run;
  readonly #keepAlive: CursorKeepAlive;

  constructor(documents: DriversCollection, { run, keepAlive }: MongoCollectionNeeds) {
    super();
    this.#documents = documents;
    this.#run = run;
    this.#keepAlive = keepAlive;
  }

  override async *find(
    filter: Filter,
    { sort, limit, projection, exactTypes = false }: FindOptions = {},
  ): AsyncGenerator<T> {
    this.#checkLimit(limit);
    checkFilter(this.#name, filter);
    const open = async () =>
      this.#documents.find(filter, {
        batchSize: batchDocuments,
        ...(sort === undefined ? {} : { sort, allowDiskUse: !isById(sort) }),
        ...(limit === undefined ? {} : { limit }),
        ...(projection === undefined ? {} : { projection }),
        ...(exactTypes ? { promoteValues: false, bsonRegExp: true } : {}),
      });
    const cursor = new KeepAliveCursor(await this.#run({ what: 'filter' }, open), this.#keepAlive);
    try {
      for (;;) {
        const document = await this.#run({ what: 'filter' }, () => cursor.next());
        if (document === null) return;
        yield document as T; // what was stored under the name of this collection
      }
    } finally {
      cursor.close();
    }
  }

  override async findOne(filter: Filter, finding: Omit<FindOptions, 'limit' | 'exactTypes'> = {}): Promise<T | null> {
    checkFilter(this.#name, filter);
    const found = await this.#run({ what: 'filter' }, () => this.#documents.findOne(filter, finding));
    return found as T | null; // what was stored under the name of this collection
  }

  override async insertOne(document: T): Promise<void> {
    await this.#run({ what: 'insert', id: document['_id'] }, () => this.#documents.insertOne(withId(document)));
  }

  override async insertMany(documents: readonly T[]): Promise<void> {
    if (documents.length === 0) return;
    await this.#run({ what: 'insert' }, () => this.#documents.insertMany(documents.map(withId), { ordered: true }));
  }

  override async replaceMany(documents: readonly T[]): Promise<number> {
    let replaced = 0;
    // One by one: an error of a bulk does not name its document.
    for (const document of documents) {
      const id = document['_id'];
      const { matchedCount } = await this.#run({ what: 'update', id }, () =>
        this.#documents.replaceOne({ _id: id } as object, { ...document }),
      );
      replaced += matchedCount;
    }
    return replaced;
  }

  override async updateOne(
    filter: Filter,
    update: Update,
    { upsert = false }: { readonly upsert?: boolean } = {},
  ): Promise<UpdateCounts> {
    checkFilter(this.#name, filter);
    const sent = sentUpdate(this.#name, update);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#update(filter, () => this.#documents.updateOne(filter, sent, { upsert }));
      } catch (error) {
        const mayBeTheOthers = upsert && error instanceof DuplicateKeyError;
        if (!mayBeTheOthers || attempt === upsertAttempts) throw error;
      }
    }
  }

  override async updateMany(filter: Filter, update: Update): Promise<UpdateCounts> {
    checkFilter(this.#name, filter);
    const sent = sentUpdate(this.#name, update);
    return this.#update(filter, () => this.#documents.updateMany(filter, sent));
  }

  override async bulk(updates: readonly BulkUpdate[]): Promise<BulkCounts> {
    return runBulk(this.#documents, updates, this.#run);
  }

  override async findOneAndUpdate(
    filter: Filter,
    update: Update,
    { sort }: { readonly sort?: Sort } = {},
  ): Promise<T | null> {
    checkFilter(this.#name, filter);
    const sent = sentUpdate(this.#name, update);
    const options = { returnDocument: 'after', ...(sort === undefined ? {} : { sort }) } as const;
    const found = await this.#run({ what: 'update', id: filter['_id'] }, () =>
      this.#documents.findOneAndUpdate(filter, sent, options),
    );
    return found as T | null; // what was stored under the name of this collection
  }

  override async count(filter: Filter): Promise<number> {
    checkFilter(this.#name, filter);
    return this.#run({ what: 'filter' }, () => this.#documents.countDocuments(filter));
  }

  override async size(): Promise<number> {
    return this.#run({ what: 'filter' }, () => this.#documents.estimatedDocumentCount());
  }

  override async deleteMany(filter: Filter): Promise<number> {
    checkFilter(this.#name, filter);
    const { deletedCount } = await this.#run({ what: 'filter' }, () => this.#documents.deleteMany(filter));
    return deletedCount;
  }

  override async ensureIndex({ keys, unique = false, where }: IndexKeys): Promise<void> {
    await this.#run({ what: 'index' }, () =>
      this.#documents.createIndex(
        keys,
        { ...(unique && { unique }), ...(where !== undefined && { partialFilterExpression: where }) },
        {},
      ),
    );
  }

  override async hasIndex({ keys, unique = false }: IndexKeys): Promise<boolean> {
    const existing = await this.#run({ what: 'index' }, () => this.#listed());
    const same = existing.find((index) => JSON.stringify(index.key) === JSON.stringify(keys));
    if (same === undefined) return false;
    if ((same.unique === true) === unique) return true;
    throw new ProcessingError(
      'store.index-conflict',
      `${this.#name}: found the index ${same.name ?? ''} with unique: ${same.unique === true}, expected unique: ${unique}`,
    );
  }

  override async indexes(): Promise<readonly IndexKeys[]> {
    return usableIndexes((await this.#run({ what: 'index' }, () => orNull(() => this.#listed()))) ?? []);
  }

  /** Of a collection that does not exist there are none. */
  async #listed(): Promise<readonly IndexDescriptionInfo[]> {
    return this.#documents.indexes().catch((error: unknown) => {
      if (error instanceof MongoServerError && error.code === namespaceNotFound) return [];
      throw error;
    });
  }

  get #name(): string {
    return this.#documents.collectionName;
  }

  async #update(
    filter: Filter,
    work: () => Promise<{ matchedCount: number; modifiedCount: number; upsertedCount: number }>,
  ): Promise<UpdateCounts> {
    const done = await this.#run({ what: 'update', id: filter['_id'] }, work);
    return { matched: done.matchedCount, modified: done.modifiedCount, inserted: done.upsertedCount > 0 };
  }

  #checkLimit(limit: number | undefined): void {
    if (limit === undefined || (Number.isInteger(limit) && limit > 0)) return;
    throw new ProcessingError(
      'store.filter-refused',
      `${this.#name}: the limit is ${limit}, expected a whole number above 0, or none at all`,
    );
  }
}

function isById(sort: Sort): boolean {
  return Object.keys(sort).join() === '_id';
}

/** A copy, because the driver would write into the caller's object. */
function withId(document: Fields): Document {
  return document['_id'] === undefined ? { ...document, _id: new ObjectId() } : document;
}
