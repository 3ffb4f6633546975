import { ConnectionError, ValidationError } from '@batchmill/contracts';
import type { ConsistencyLevelEnum, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { checkCollection, checkQuery, checkRows, refuseUnknownCollection } from '../check-rows.js';
import { Vectors, type VectorCollection, type VectorHit, type VectorRow } from '../vectors.js';
import { CallSlots } from './call-slots.js';
import { checkLengths, type MilvusCollection } from './collection-description.js';
import { fields } from './collection-fields.js';
import { parseMilvusAddress } from './milvus-address.js';
import { MilvusCalls } from './milvus-calls.js';
import { makeMilvusClient } from './milvus-client.js';
import { MilvusCollections } from './milvus-collections.js';
import type { MilvusVectorsOptions } from './milvus-options.js';
import { lastOfEachKey, splitRows } from './split-rows.js';
import type { WriteRows } from './write-rows.js';
import { wayOfWriting } from './way-of-writing.js';

const defaultCallTimeoutMs = 30_000;
const defaultCallsInFlight = 2;
const defaultMaxCallBytes = 4 * 2 ** 20;
/** https://milvus.io/docs/limitations.md */
const mostHits = 16_384;

/** In words: the client takes the enum's 0 for none. */
const strong = 'Strong' as unknown as ConsistencyLevelEnum;

/** The SDK's type leaves out the quotas. */
interface Health {
  readonly isHealthy: boolean;
  readonly reasons: readonly string[];
  readonly quota_states?: readonly string[];
}

interface Parts {
  readonly address: string;
  readonly client: MilvusClient;
  readonly calls: MilvusCalls;
  readonly collections: MilvusCollections;
  readonly write: WriteRows;
  readonly slots: CallSlots;
  readonly maxCallBytes: number;
}

/** Collections of Milvus 2.3 and later. Whatever it reads, it reads with strong consistency: all that was written before. */
export class MilvusVectors extends Vectors {
  private constructor(private readonly parts: Parts) {
    super();
  }

  /** Needs no server: the first call connects. Throws a ValidationError when the address cannot be used. */
  static async open(options: MilvusVectorsOptions): Promise<MilvusVectors> {
    const { callTimeoutMs = defaultCallTimeoutMs, callsInFlight = defaultCallsInFlight } = options;
    const where = parseMilvusAddress(options.url);
    const address = `${where.host}:${where.port}`;
    const client = makeMilvusClient(where, options, { callTimeoutMs, callsInFlight });
    const calls = new MilvusCalls(address, callTimeoutMs);
    return new MilvusVectors({
      address,
      client,
      calls,
      collections: new MilvusCollections(client, calls, callTimeoutMs),
      write: await wayOfWriting(client, options),
      slots: new CallSlots(callsInFlight),
      maxCallBytes: options.maxCallBytes ?? defaultMaxCallBytes,
    });
  }

  /** Also makes its index and begins to load it, where another process has not. */
  override async ensureCollection(collection: VectorCollection): Promise<void> {
    checkCollection(collection);
    await this.parts.collections.ensure(collection);
  }

  /**
   * In calls of bounded size, of which a bounded number is under way: the rest waits, and so does whoever awaits this.
   * When a call fails, no further one is begun; what the others wrote stays, and writing it again changes nothing.
   */
  override async upsert(collection: string, rows: readonly VectorRow[]): Promise<void> {
    const found = await this.get(collection);
    checkRows(found, rows);
    checkLengths(found, rows);
    let hasFailed = false;
    const writes = splitRows(lastOfEachKey(rows), this.parts.maxCallBytes).map((part) =>
      this.parts.slots.run(async () => {
        if (hasFailed) return;
        try {
          await this.write(found, part);
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      }),
    );
    const failed = (await Promise.allSettled(writes)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** A row whose vector has length zero has no direction and is never found; Milvus gives 16,384 hits at most. */
  override async search(collection: string, vector: Float32Array, limit: number): Promise<VectorHit[]> {
    const found = await this.get(collection);
    checkQuery(found, vector);
    if (limit < 1) return [];
    checkLimit(found, limit);
    const answer = await this.reading(collection, `Searching the collection ${collection}`, (timeout) =>
      this.parts.client.search({
        collection_name: collection,
        data: Array.from(vector),
        anns_field: fields.vector,
        limit,
        output_fields: [fields.key, fields.chunkId, fields.parentId],
        consistency_level: strong,
        timeout,
      }),
    );
    return answer.results.map((hit) => ({
      key: String(hit[fields.key]),
      chunkId: String(hit[fields.chunkId]),
      parentId: String(hit[fields.parentId]),
      similarity: hit.score,
    }));
  }

  override async count(collection: string): Promise<number> {
    if ((await this.parts.collections.find(collection)) === null) return 0;
    const answer = await this.reading(collection, `Counting the collection ${collection}`, (timeout) =>
      this.parts.client.query({
        collection_name: collection,
        output_fields: ['count(*)'],
        consistency_level: strong,
        timeout,
      }),
    );
    return Number(answer.data[0]?.['count(*)']);
  }

  /** Rejects when the server is not healthy or takes no rows. */
  override async check(): Promise<void> {
    const { calls, client, address } = this.parts;
    const answer = await calls.call('Checking the health', () => client.checkHealth());
    const { isHealthy, reasons, quota_states: quotas = [] }: Health = answer;
    if (!isHealthy) {
      throw new ConnectionError('vectors.unavailable', `Milvus at ${address} is not healthy: ${reasons.join(', ')}.`);
    }
    if (quotas.includes('DenyToWrite')) {
      throw new ConnectionError('vectors.no-room', `Milvus at ${address} takes no rows: ${reasons.join(', ')}.`);
    }
  }

  /** Calls that are under way are waited for. */
  override async close(): Promise<void> {
    this.parts.calls.close();
    await this.parts.client.closeConnection();
  }

  private async get(name: string): Promise<MilvusCollection> {
    return (await this.parts.collections.find(name)) ?? refuseUnknownCollection(name);
  }

  private async write(collection: MilvusCollection, rows: readonly VectorRow[]): Promise<void> {
    const what = `Writing ${rows.length} rows into the collection ${collection.name}`;
    await this.calling(collection.name, what, (timeoutMs) => this.parts.write(collection, rows, timeoutMs));
  }

  private async reading<T>(collection: string, what: string, work: (timeoutMs: number) => Promise<T>): Promise<T> {
    await this.parts.collections.waitUntilLoaded(collection);
    return await this.calling(collection, what, work);
  }

  /** After any failure the collection is looked at anew: it may have been dropped or released. */
  private async calling<T>(collection: string, what: string, work: (timeoutMs: number) => Promise<T>): Promise<T> {
    try {
      return await this.parts.calls.call(what, work);
    } catch (error) {
      this.parts.collections.forget(collection);
      throw error;
    }
  }
}

function checkLimit({ name }: VectorCollection, limit: number): void {
  if (limit <= mostHits) return;
  const message = `Collection ${name} was searched for ${limit} hits; Milvus gives ${mostHits} at most.`;
  throw new ValidationError('vectors.bad-query', message);
}
