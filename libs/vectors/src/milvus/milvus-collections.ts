import { setTimeout as delay } from 'node:timers/promises';
import { ProcessingError, TimeoutError, delayAfter } from '@batchmill/contracts';
import { DataType, LoadState, type MilvusClient } from '@zilliz/milvus2-sdk-node';
import { checkDimensions } from '../check-rows.js';
import type { VectorCollection } from '../vectors.js';
import { checkMetric, collectionOf, type MilvusCollection } from './collection-description.js';
import { fields } from './collection-fields.js';
import type { MilvusCalls } from './milvus-calls.js';
import { failureIn, type MilvusFailure } from './milvus-failure.js';

/** Room for a path or an address as an id; longer rows are refused before they are sent. */
const maxTextBytes = 1_024;
const backoff = { baseMs: 20, capMs: 500 };

/**
 * The collections that this process has found, made or loaded. Each is looked at once: it is made when it is missing,
 * gets its index when it has none and begins to be loaded, whoever of several processes comes first. Rows can be written
 * before it is loaded, which may take minutes; only reading waits for that.
 */
export class MilvusCollections {
  private readonly ready = new Map<string, Promise<MilvusCollection | null>>();
  private readonly loaded = new Map<string, Promise<void>>();

  constructor(
    private readonly client: MilvusClient,
    private readonly calls: MilvusCalls,
    private readonly callTimeoutMs: number,
  ) {}

  async ensure(wanted: VectorCollection): Promise<void> {
    const found = (await this.find(wanted.name)) ?? (await this.make(wanted));
    checkDimensions(found, wanted.dimensions);
  }

  /** Null when there is none of that name. */
  async find(name: string): Promise<MilvusCollection | null> {
    const found = await this.remembered(this.ready, name, () => this.prepare(name));
    if (found === null) this.forget(name);
    return found;
  }

  /** It is looked at anew when it is needed again: it was dropped or released. */
  forget(name: string): void {
    this.ready.delete(name);
    this.loaded.delete(name);
  }

  /** Resolves when the collection, which was found, can be read. */
  async waitUntilLoaded(name: string): Promise<void> {
    await this.remembered(this.loaded, name, () => this.load(name));
  }

  /** Done once, by whoever comes first, and again after it failed. */
  private remembered<T>(done: Map<string, Promise<T>>, name: string, work: () => Promise<T>): Promise<T> {
    const known = done.get(name);
    if (known) return known;
    const begun = work();
    done.set(name, begun);
    begun.catch(() => {
      if (done.get(name) === begun) done.delete(name);
    });
    return begun;
  }

  private async prepare(name: string): Promise<MilvusCollection | null> {
    const found = await this.describe(name);
    if (found === null) return null;
    await this.ensureIndex(name);
    await this.isLoaded(name);
    return found;
  }

  /** Whatever is said against it: when it is there, another process or a call without answer made it, and that one counts. */
  private async make(wanted: VectorCollection): Promise<MilvusCollection> {
    const refusal = await this.create(wanted).then(
      () => new ProcessingError('vectors.failed', `Collection ${wanted.name} was made, and is not there.`),
      (error: unknown) => error,
    );
    const made = await this.find(wanted.name);
    if (made === null) throw refusal;
    return made;
  }

  private async create({ name, dimensions }: VectorCollection): Promise<void> {
    const text = (field: string) => ({ name: field, data_type: DataType.VarChar, max_length: maxTextBytes });
    await this.calls.call(`Making the collection ${name}`, (timeout) =>
      this.client.createCollection({
        collection_name: name,
        consistency_level: 'Strong',
        fields: [
          { ...text(fields.key), is_primary_key: true },
          text(fields.chunkId),
          text(fields.parentId),
          { name: fields.vector, data_type: DataType.FloatVector, dim: dimensions },
        ],
        timeout,
      }),
    );
  }

  private async describe(name: string): Promise<MilvusCollection | null> {
    const answer = await this.calls.call(`Looking at the collection ${name}`, async (timeout) =>
      unless(isCollectionMissing, await this.client.describeCollection({ collection_name: name, timeout })),
    );
    return answer === null ? null : collectionOf(name, answer.schema.fields);
  }

  private async ensureIndex(name: string): Promise<void> {
    checkMetric(name, (await this.metricOf(name)) ?? (await this.makeIndex(name)));
  }

  /** Null when there is no index. */
  private async metricOf(name: string): Promise<string | null> {
    const answer = await this.calls.call(`Looking at the index of ${name}`, async (timeout) =>
      unless(isIndexMissing, await this.client.describeIndex({ collection_name: name, timeout })),
    );
    const index = answer?.index_descriptions.find(({ field_name: field }) => field === fields.vector);
    return index === undefined ? null : String(index.params.find(({ key }) => key === 'metric_type')?.value);
  }

  /** The metric of the index that is there afterwards: another process may have made it in the meantime. */
  private async makeIndex(name: string): Promise<string> {
    const refusal = await this.createIndex(name).then(
      () => new ProcessingError('vectors.failed', `The index of collection ${name} was made, and is not there.`),
      (error: unknown) => error,
    );
    const metric = await this.metricOf(name);
    if (metric === null) throw refusal;
    return metric;
  }

  private async createIndex(name: string): Promise<void> {
    await this.calls.call(`Making the index of ${name}`, (timeout) =>
      this.client.createIndex({
        collection_name: name,
        field_name: fields.vector,
        index_type: 'AUTOINDEX',
        metric_type: 'COSINE',
        timeout,
      }),
    );
  }

  /** By looking and looking again: the client's own waiting has no end, and takes half a second at least. */
  private async load(name: string): Promise<void> {
    const until = performance.now() + this.callTimeoutMs;
    for (let looked = 0; ; looked += 1) {
      if (await this.isLoaded(name)) return;
      const pauseMs = delayAfter(looked, backoff);
      if (performance.now() + pauseMs > until) {
        const message = `Collection ${name} was not loaded within ${this.callTimeoutMs} ms. Milvus goes on loading it.`;
        throw new TimeoutError('vectors.timeout', message);
      }
      await delay(pauseMs);
    }
  }

  /** Begins to load it when nobody has. */
  private async isLoaded(name: string): Promise<boolean> {
    const { state } = await this.calls.call(`Asking whether the collection ${name} is loaded`, (timeout) =>
      this.client.getLoadState({ collection_name: name, timeout }),
    );
    if (state === LoadState.LoadStateLoaded) return true;
    if (state !== LoadState.LoadStateLoading) {
      await this.calls.call(`Loading the collection ${name}`, (timeout) =>
        this.client.loadCollectionAsync({ collection_name: name, timeout }),
      );
    }
    return false;
  }
}

/** Null instead of an answer with that failure. */
function unless<T>(isExpected: (failure: MilvusFailure) => boolean, answer: T): T | null {
  const failure = failureIn(answer);
  return failure !== null && isExpected(failure) ? null : answer;
}

function isCollectionMissing({ code, errorCode }: MilvusFailure): boolean {
  return code === 100 || errorCode === 'CollectionNotExists';
}

function isIndexMissing({ code, errorCode }: MilvusFailure): boolean {
  return code === 700 || errorCode === 'IndexNotExist';
}
