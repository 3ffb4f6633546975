/* Long, because it has each step in the life of a collection, as several processes may take it at once. */

import { setTimeout as delay } from 'node:timers/promises';
import { ProcessingError, TimeoutError, delayAfter, isDependencyUnavailable } from '@batchmill/contracts';
import { DataType, LoadState, type IndexDescription, type MilvusClient } from '@zilliz/milvus2-sdk-node';
import { checkExisting, defaultTextBytes, fieldsToCreate, refuseAlias, refuseToDrop } from '../check-rows.js';
import type { VectorCollection } from '../vectors.js';
import {
  checkMetric,
  collectionOf,
  descriptionWith,
  keyField,
  modelIn,
  vectorField,
  type MilvusCollection,
} from './collection-description.js';
import type { MilvusCalls } from './milvus-calls.js';
import { failureIn, type MilvusFailure } from './milvus-failure.js';

const valueTypes = { integer: DataType.Int64, number: DataType.Double, boolean: DataType.Bool } as const;
const backoff = { baseMs: 20, capMs: 500 };

/**
 * The collections that this process has found, created or loaded. Each is checked once: a missing collection is created,
 * a missing index is created, and loading is started; several processes may do this at once. Loading may take minutes.
 * Rows can be written before it ends; only reads wait for it.
 */
export class MilvusCollections {
  private readonly ready = new Map<string, Promise<MilvusCollection | null>>();
  private readonly loaded = new Map<string, Promise<void>>();
  private readonly indexed = new Map<string, Promise<void>>();

  constructor(
    private readonly client: MilvusClient,
    private readonly calls: MilvusCalls,
    private readonly callTimeoutMs: number,
  ) {}

  async ensure(collection: VectorCollection): Promise<void> {
    const existing = (await this.find(collection.name)) ?? (await this.createOrFind(collection));
    if (existing.name !== collection.name) refuseAlias(collection.name, existing.name);
    checkExisting(existing, collection);
    const { name, indexedField } = collection;
    if (indexedField === undefined || !existing.fields.includes(indexedField)) return;
    await this.once(this.indexed, `${name}/${indexedField}`, () => this.ensureTextIndex(name, indexedField));
  }

  /** The checks of `ensure`, without creating an index or loading anything. False: there is no such collection. */
  async isThere(collection: VectorCollection): Promise<boolean> {
    const existing = await this.describe(collection.name);
    if (existing === null) return false;
    if (existing.name !== collection.name) refuseAlias(collection.name, existing.name);
    checkExisting(existing, collection);
    const metric = await this.metricOf(existing);
    if (metric !== null) checkMetric(collection.name, metric);
    return true;
  }

  /** Null if there is none of that name. */
  async find(name: string): Promise<MilvusCollection | null> {
    const collection = await this.once(this.ready, name, () => this.prepare(name));
    if (collection === null) this.forget(name);
    return collection;
  }

  async drop(name: string): Promise<void> {
    const existing = await this.describe(name);
    if (existing === null) return;
    if (existing.aliases.length > 0) refuseToDrop(name, existing.aliases);
    this.forget(name);
    await this.calls.call(`Dropping the collection ${name}`, (timeout) =>
      this.client.dropCollection({ collection_name: name, timeout }),
    );
  }

  /** The collection is checked again at its next use: it may have been dropped or released. */
  forget(name: string): void {
    this.ready.delete(name);
    this.loaded.delete(name);
    for (const key of this.indexed.keys()) if (key.startsWith(`${name}/`)) this.indexed.delete(key);
  }

  /** Resolves when the collection, which exists, can be read. */
  async waitUntilLoaded(name: string): Promise<void> {
    await this.once(this.loaded, name, () => this.load(name));
  }

  /** Runs the work once per name, and again after it failed. */
  private once<T>(results: Map<string, Promise<T>>, name: string, work: () => Promise<T>): Promise<T> {
    const known = results.get(name);
    if (known) return known;
    const result = work();
    results.set(name, result);
    result.catch(() => {
      if (results.get(name) === result) results.delete(name);
    });
    return result;
  }

  private async prepare(name: string): Promise<MilvusCollection | null> {
    const collection = await this.describe(name);
    if (collection === null) return null;
    await this.ensureIndex(collection);
    await this.startLoading(name);
    return collection;
  }

  /**
   * Ignores a refused creation if the collection exists afterwards: another process, or a call whose answer was lost, has
   * created it.
   */
  private async createOrFind(collection: VectorCollection): Promise<MilvusCollection> {
    const failure = await this.create(collection).then(
      () => new ProcessingError('vectors.failed', `Collection ${collection.name} was created and does not exist.`),
      (error: unknown) => error,
    );
    const created = await this.find(collection.name);
    if (created === null) throw failure;
    return created;
  }

  private async create({
    name,
    dimensions,
    model,
    valueFields = {},
    textBytes,
    partitionField,
    ...texts
  }: VectorCollection): Promise<void> {
    const named = (field: string) => ({ name: field, ...(field === partitionField && { is_partition_key: true }) });
    const text = (field: string) => ({
      ...named(field),
      data_type: DataType.VarChar,
      max_length: (texts.fields.includes(field) ? textBytes?.[field] : undefined) ?? defaultTextBytes,
    });
    await this.calls.call(`Creating the collection ${name}`, (timeout) =>
      this.client.createCollection({
        collection_name: name,
        consistency_level: 'Strong',
        ...(model !== undefined && { description: descriptionWith(model) }),
        fields: [
          { ...text(keyField), is_primary_key: true },
          ...fieldsToCreate(texts).map(text),
          ...Object.entries(valueFields).map(([field, type]) => ({ ...named(field), data_type: valueTypes[type] })),
          { name: vectorField, data_type: DataType.FloatVector, dim: dimensions },
        ],
        timeout,
      }),
    );
  }

  /** By its name or an alias of it. Null if there is none. */
  async describe(name: string): Promise<MilvusCollection | null> {
    const answer = await this.calls.call(`Describing the collection ${name}`, async (timeout) =>
      unless(isCollectionMissing, await this.client.describeCollection({ collection_name: name, timeout })),
    );
    if (answer === null) return null;
    // Not `collection_name`, which may be the alias that was asked for.
    const { name: own, fields, description } = answer.schema;
    return { ...collectionOf(own, fields), ...modelIn(description), aliases: answer.aliases };
  }

  private async ensureIndex(collection: MilvusCollection): Promise<void> {
    checkMetric(collection.name, (await this.metricOf(collection)) ?? (await this.createOrFindIndex(collection)));
  }

  /** A collection that is loaded already uses the index from its next load on. Another process may create it in the meantime. */
  private async ensureTextIndex(name: string, field: string): Promise<void> {
    if (await this.hasIndexOn(name, field)) return;
    try {
      await this.calls.call(`Creating the index of ${name} on ${field}`, (timeout) =>
        // Every version from 2.3 on has this one for texts.
        this.client.createIndex({ collection_name: name, field_name: field, index_type: 'Trie', timeout }),
      );
    } catch (error) {
      // Without it, reads take longer. A server may not offer it, or the user may lack the right.
      if (isDependencyUnavailable(error)) throw error;
    }
  }

  private async hasIndexOn(name: string, field: string): Promise<boolean> {
    return (await this.indexesOf(name)).some((index) => index.field_name === field);
  }

  /** Null if there is no index. */
  private async metricOf({ name, vectorField: field }: MilvusCollection): Promise<string | null> {
    const index = (await this.indexesOf(name)).find((each) => each.field_name === field);
    return index === undefined ? null : String(index.params.find(({ key }) => key === 'metric_type')?.value);
  }

  private async indexesOf(name: string): Promise<readonly IndexDescription[]> {
    const answer = await this.calls.call(`Describing the indexes of ${name}`, async (timeout) =>
      unless(isIndexMissing, await this.client.describeIndex({ collection_name: name, timeout })),
    );
    return answer?.index_descriptions ?? [];
  }

  /** Returns the metric of the index that exists afterwards: another process may have created it in the meantime. */
  private async createOrFindIndex(collection: MilvusCollection): Promise<string> {
    const lost = `The index of collection ${collection.name} was created and does not exist.`;
    const failure = await this.createIndex(collection).then(
      () => new ProcessingError('vectors.failed', lost),
      (error: unknown) => error,
    );
    const metric = await this.metricOf(collection);
    if (metric === null) throw failure;
    return metric;
  }

  private async createIndex({ name, vectorField: field }: MilvusCollection): Promise<void> {
    await this.calls.call(`Creating the index of ${name}`, (timeout) =>
      this.client.createIndex({
        collection_name: name,
        field_name: field,
        index_type: 'AUTOINDEX',
        metric_type: 'COSINE',
        timeout,
      }),
    );
  }

  /** Polls, because the client's own waiting has no time limit and takes half a second at least. */
  private async load(name: string): Promise<void> {
    const until = performance.now() + this.callTimeoutMs;
    for (let polls = 0; ; polls += 1) {
      if (await this.startLoading(name)) return;
      const pauseMs = delayAfter(polls, backoff);
      if (performance.now() + pauseMs > until) {
        const message = `Collection ${name} was not loaded within ${this.callTimeoutMs} ms. Milvus continues to load it.`;
        throw new TimeoutError('vectors.timeout', message);
      }
      await delay(pauseMs);
    }
  }

  /** Starts to load the collection unless that was started before. Resolves with true once it is loaded. */
  private async startLoading(name: string): Promise<boolean> {
    const { state } = await this.calls.call(`Getting the load state of the collection ${name}`, (timeout) =>
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

/** Returns null instead of an answer with an expected failure. */
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
