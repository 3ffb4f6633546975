import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { MilvusAliases } from './milvus-aliases.js';
import type { MilvusCalls } from './milvus-calls.js';
import { makeMilvusClient, type MilvusClientOptions } from './milvus-client.js';
import { MilvusCollections } from './milvus-collections.js';
import { chooseWriteRows, insertWithSdk, type WriteRows } from './write-rows.js';

export type PartsOptions = MilvusClientOptions & { readonly calls: MilvusCalls };

/** What needs the SDK, which takes 300 ms and 25 MB to load: most services never ask for a vector. */
export interface Parts {
  readonly client: MilvusClient;
  readonly collections: MilvusCollections;
  readonly aliases: MilvusAliases;
  readonly upsert: WriteRows;
  readonly insert: WriteRows;
}

/** Connects at the first call, not here. */
export async function openParts(options: PartsOptions): Promise<Parts> {
  const { calls, callTimeoutMs } = options;
  const client = makeMilvusClient(options);
  const collections = new MilvusCollections(client, calls, callTimeoutMs);
  return {
    client,
    collections,
    aliases: new MilvusAliases(client, calls, collections),
    upsert: await chooseWriteRows(client, options),
    insert: insertWithSdk(client),
  };
}
