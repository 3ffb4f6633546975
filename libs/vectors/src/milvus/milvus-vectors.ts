/* Long, because it has each operation of the port, with what of it may be repeated. */

import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, delayAfter, ValidationError } from '@batchmill/contracts';
import type { ConsistencyLevelEnum } from '@zilliz/milvus2-sdk-node';
import {
  checkCollection,
  checkQuery,
  checkRows,
  checkUpdates,
  refuseUnknownCollection,
  rowsFor,
} from '../check-rows.js';
import type { RowCondition } from '../row-condition.js';
import {
  Vectors,
  type RowUpdate,
  type VectorCollection,
  type VectorEntry,
  type VectorHit,
  type VectorQuery,
  type VectorRow,
  type VectorsServer,
} from '../vectors.js';
import { CallSlots } from './call-slots.js';
import type { MilvusCollection } from './collection-description.js';
import { filterOf } from './filter-expression.js';
import { parseMilvusAddress } from './milvus-address.js';
import { findVectors } from './find-vectors.js';
import { MilvusCalls } from './milvus-calls.js';
import type { MilvusClientOptions } from './milvus-client.js';
import type { MilvusCollections } from './milvus-collections.js';
import type { MilvusVectorsOptions } from './milvus-options.js';
import type { Parts } from './milvus-parts.js';
import { checkTls } from './milvus-tls.js';
import {
  byKey,
  changedRow,
  entryFields,
  entryOf,
  filtersOf,
  filterAfter,
  keysPerCall,
  type Row,
} from './read-entries.js';
import { replaceRows } from './replace-rows.js';
import { lastOfEachKey, splitRows } from './split-rows.js';
import { isSupportedVersion, upsertsIntoPartitions } from './server-version.js';
import type { WriteRows } from './write-rows.js';

/** Rows without vectors: far below the limit of what one answer may hold. */
const rowsPerRead = 1_000;
/** Rows with vectors. */
const rowsPerChange = 200;

const defaultCallTimeoutMs = 30_000;
const defaultCallsInFlight = 2;
/** The most that a pause takes; how long each is, is random. */
const replacingBackoff = { baseMs: 100, capMs: 5_000 };
const defaultMaxCallBytes = 4 * 2 ** 20;
/** https://milvus.io/docs/limitations.md */
const maxHits = 16_384;

/** As text, because the client ignores the enum's value, which is 0. */
const strong = 'Strong' as unknown as ConsistencyLevelEnum;

/** The SDK's type lacks the quotas. */
interface Health {
  readonly isHealthy: boolean;
  readonly reasons: readonly string[];
  readonly quota_states?: readonly string[];
}

/** Collections of Milvus 2.3 and later. It reads with strong consistency, and so sees every earlier write. */
export class MilvusVectors extends Vectors {
  private doesUpsertIntoPartitions: boolean | null = null;
  private opening: Promise<Parts> | null = null;
  private readonly address: string;
  private readonly calls: MilvusCalls;
  private readonly slots: CallSlots;
  private readonly maxCallBytes: number;

  private constructor(private readonly options: MilvusClientOptions) {
    super();
    this.address = `${options.address.host}:${options.address.port}`;
    this.calls = new MilvusCalls(this.address, options.callTimeoutMs);
    this.slots = new CallSlots(options.callsInFlight);
    this.maxCallBytes = options.maxCallBytes ?? defaultMaxCallBytes;
  }

  /** Loads the SDK and connects at the first call, not here. Rejects with a ValidationError if the URL or the TLS is invalid. */
  static async open(options: MilvusVectorsOptions): Promise<MilvusVectors> {
    const { callTimeoutMs = defaultCallTimeoutMs, callsInFlight = defaultCallsInFlight } = options;
    checkTls(options.tls);
    return new MilvusVectors({ ...options, callTimeoutMs, callsInFlight, address: parseMilvusAddress(options.url) });
  }

  /** Also creates the index and starts to load the collection, unless another process has done so. */
  override async ensureCollection(collection: VectorCollection): Promise<void> {
    checkCollection(collection);
    await (await this.collections).ensure(collection);
  }

  override async hasCollection(collection: VectorCollection): Promise<boolean> {
    checkCollection(collection);
    return (await this.collections).isThere(collection);
  }

  override async describeServer(): Promise<VectorsServer> {
    const version = await this.version();
    return { name: this.address, version, isSupported: isSupportedVersion(version) };
  }

  /**
   * Sends the rows in calls of limited size, a limited number of which are in flight at a time. After a call failed, no
   * further one is sent. Rows that other calls wrote stay; writing them again changes nothing. Before Milvus 2.4 a row of a collection with
   * partitions is deleted, then inserted.
   */
  override async upsert(collection: string, given: readonly VectorRow[]): Promise<void> {
    const existing = await this.get(collection);
    const rows = rowsFor(existing, given);
    checkRows(existing, rows);
    let hasFailed = false;
    const writes = splitRows(lastOfEachKey(rows), this.maxCallBytes).map((part) =>
      this.slots.run(async () => {
        if (hasFailed) return;
        try {
          await this.write(existing, part);
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      }),
    );
    const failed = (await Promise.allSettled(writes)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** Never returns a row whose vector has length zero, which has no direction. Milvus returns 16,384 hits at most. */
  override async search(
    collection: string,
    vector: Float32Array,
    limit: number,
    where?: RowCondition,
  ): Promise<VectorHit[]> {
    const existing = await this.get(collection);
    checkQuery(existing, vector);
    const filter = where === undefined ? {} : { filter: filterOf(existing, where) };
    if (limit < 1) return [];
    checkLimit(existing, limit);
    const { client } = await this.parts;
    const answer = await this.read(collection, `Searching the collection ${collection}`, (timeout) =>
      client.search({
        collection_name: collection,
        data: Array.from(vector),
        anns_field: existing.vectorField,
        limit,
        ...filter,
        output_fields: entryFields(existing),
        consistency_level: strong,
        timeout,
      }),
    );
    return answer.results.map((hit) => ({ ...entryOf(existing, hit), similarity: hit.score }));
  }

  /** Page by page: Milvus returns the rows with the smallest keys after the last one of the previous page. */
  override async *entries(collection: string): AsyncGenerator<VectorEntry, void, undefined> {
    const existing = await (await this.collections).find(collection);
    if (existing === null) return;
    let after = '';
    for (;;) {
      const page = await this.query(existing, filterAfter(existing, after), rowsPerRead);
      const sorted = page.toSorted(byKey);
      yield* sorted;
      const last = sorted.at(-1);
      if (last === undefined) return;
      after = last.key;
    }
  }

  override async find(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, VectorEntry>> {
    const existing = await (await this.collections).find(collection);
    if (existing === null) return new Map();
    // At the same time, because each waits until Milvus shows every earlier write.
    const pages = filtersOf(existing, keys).map((filter) => this.query(existing, filter, keysPerCall));
    return new Map((await Promise.all(pages)).flat().map((entry) => [entry.key, entry]));
  }

  override async findVectors(collection: string, query: VectorQuery): Promise<ReadonlyMap<string, Float32Array>> {
    const existing = await (await this.collections).find(collection);
    if (existing === null || query.texts.length === 0) return new Map();
    return findVectors(existing, query, (filter, fields, limit) => this.rowsOf(existing, filter, fields, limit));
  }

  /** Milvus hides the rows at once, and removes them from its files when it compacts them. */
  override async delete(collection: string, keys: readonly string[]): Promise<void> {
    const existing = await (await this.collections).find(collection);
    if (existing === null) return;
    for (const filter of filtersOf(existing, keys)) await this.deleteRows(existing, filter);
  }

  /** Milvus writes whole rows: each is read with its vector, changed and upserted. */
  override async updateFields(collection: string, updates: readonly RowUpdate[]): Promise<void> {
    const existing = await (await this.collections).find(collection);
    if (existing === null) return;
    checkUpdates(existing, updates);
    const byKeyOfRow = new Map(updates.map((update) => [update.key, update]));
    for (const filter of filtersOf(existing, [...byKeyOfRow.keys()], rowsPerChange)) {
      const rows = await this.rowsOf(existing, filter, [...entryFields(existing), existing.vectorField], rowsPerChange);
      await this.upsert(
        collection,
        rows.flatMap((row) => changedRow(existing, row, byKeyOfRow) ?? []),
      );
    }
  }

  override async describe(collection: string): Promise<VectorCollection | null> {
    const found = await (await this.collections).describe(collection);
    return found?.name === collection ? found : null;
  }

  override async collectionOf(alias: string): Promise<VectorCollection | null> {
    return (await this.parts).aliases.collectionOf(alias);
  }

  override async setAlias(alias: string, collection: string): Promise<void> {
    await (await this.parts).aliases.set(alias, collection);
  }

  override async aliasesOf(collection: string): Promise<readonly string[]> {
    return (await (await this.collections).describe(collection))?.aliases ?? [];
  }

  override async dropAlias(alias: string): Promise<void> {
    await (await this.parts).aliases.drop(alias);
  }

  override async dropCollection(collection: string): Promise<void> {
    await (await this.collections).drop(collection);
  }

  override async count(collection: string): Promise<number> {
    if ((await (await this.collections).find(collection)) === null) return 0;
    return await this.countRows(collection);
  }

  /** Rejects if the server is not healthy or accepts no rows. */
  override async check(): Promise<void> {
    const { client } = await this.parts;
    const answer = await this.calls.call('Checking the health', () => client.checkHealth());
    const { isHealthy, reasons, quota_states: quotas = [] }: Health = answer;
    if (!isHealthy) {
      throw new ConnectionError(
        'vectors.unavailable',
        `Milvus at ${this.address} is not healthy: ${reasons.join(', ')}.`,
      );
    }
    if (quotas.includes('DenyToWrite')) {
      throw new ConnectionError('vectors.no-room', `Milvus at ${this.address} accepts no rows: ${reasons.join(', ')}.`);
    }
  }

  /** Waits for the calls in flight. */
  override async close(): Promise<void> {
    this.calls.close();
    const parts = await this.opening?.catch(() => null);
    await parts?.client.closeConnection();
  }

  private get parts(): Promise<Parts> {
    this.opening ??= this.open().catch((cause: unknown) => {
      this.opening = null; // the next call tries it again
      throw new ConnectionError('vectors.unavailable', `The client of Milvus at ${this.address} cannot be opened.`, {
        cause,
      });
    });
    return this.opening;
  }

  private get collections(): Promise<MilvusCollections> {
    return this.parts.then(({ collections }) => collections);
  }

  private async open(): Promise<Parts> {
    const { openParts } = await import('./milvus-parts.js');
    const parts = await openParts({ ...this.options, calls: this.calls });
    if (this.calls.isClosed) await parts.client.closeConnection();
    return parts;
  }

  private async query(collection: MilvusCollection, filter: string, limit: number): Promise<VectorEntry[]> {
    const rows = await this.rowsOf(collection, filter, entryFields(collection), limit);
    return rows.map((row) => entryOf(collection, row));
  }

  private async rowsOf(
    { name }: VectorCollection,
    filter: string,
    fields: readonly string[],
    limit: number,
  ): Promise<Row[]> {
    const { client } = await this.parts;
    const answer = await this.read(name, `Reading rows of the collection ${name}`, (timeout) =>
      client.query({
        collection_name: name,
        filter,
        output_fields: [...fields],
        limit,
        consistency_level: strong,
        timeout,
      }),
    );
    return answer.data;
  }

  private async get(name: string): Promise<MilvusCollection> {
    return (await (await this.collections).find(name)) ?? refuseUnknownCollection(name);
  }

  private async write(collection: MilvusCollection, rows: readonly VectorRow[]): Promise<void> {
    if (collection.partitionField === undefined || (await this.upsertsIntoPartitions())) {
      await this.writeBy((await this.parts).upsert, collection, rows);
      return;
    }
    await replaceRows(collection, rows, {
      delete: (filter) => this.deleteRows(collection, filter),
      insert: async (inserted) => this.writeBy((await this.parts).insert, collection, inserted),
      count: (filter) => this.countRows(collection.name, filter),
      pause: (failedAttempts) => delay(randomInt(delayAfter(failedAttempts, replacingBackoff))),
    });
  }

  private async writeBy(write: WriteRows, collection: MilvusCollection, rows: readonly VectorRow[]): Promise<void> {
    const what = `Writing ${rows.length} rows into the collection ${collection.name}`;
    await this.call(collection.name, what, (timeoutMs) => write(collection, rows, timeoutMs));
  }

  private async deleteRows({ name }: VectorCollection, filter: string): Promise<void> {
    const { client } = await this.parts;
    await this.read(name, `Deleting rows of the collection ${name}`, (timeout) =>
      client.delete({ collection_name: name, filter, timeout }),
    );
  }

  /** Of those that a filter names, or of all. */
  private async countRows(collection: string, filter?: string): Promise<number> {
    const { client } = await this.parts;
    const answer = await this.read(collection, `Counting the collection ${collection}`, (timeout) =>
      client.query({
        collection_name: collection,
        ...(filter !== undefined && { filter }),
        output_fields: ['count(*)'],
        consistency_level: strong,
        timeout,
      }),
    );
    return Number(answer.data[0]?.['count(*)']);
  }

  /** Asks once: of a server that is upgraded meanwhile, no call becomes wrong. */
  private async upsertsIntoPartitions(): Promise<boolean> {
    this.doesUpsertIntoPartitions ??= upsertsIntoPartitions(await this.version());
    return this.doesUpsertIntoPartitions;
  }

  private async version(): Promise<string> {
    const { client } = await this.parts;
    const { version } = await this.calls.call('Asking for the version', () => client.getVersion());
    return version;
  }

  private async read<T>(collection: string, what: string, work: (timeoutMs: number) => Promise<T>): Promise<T> {
    await (await this.collections).waitUntilLoaded(collection);
    return await this.call(collection, what, work);
  }

  /** Forgets the collection after any failure: it may have been dropped or released. */
  private async call<T>(collection: string, what: string, work: (timeoutMs: number) => Promise<T>): Promise<T> {
    const collections = await this.collections;
    try {
      return await this.calls.call(what, work);
    } catch (error) {
      collections.forget(collection);
      throw error;
    }
  }
}

function checkLimit({ name }: VectorCollection, limit: number): void {
  if (limit <= maxHits) return;
  const message = `Collection ${name}: found a search for ${limit} hits, expected at most ${maxHits}, which is the limit of Milvus.`;
  throw new ValidationError('vectors.bad-query', message);
}
