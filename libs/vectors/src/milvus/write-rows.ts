import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import type { VectorRow } from '../vectors.js';
import type { MilvusCollection } from './collection-description.js';
import { encodeUpsert } from './encode-upsert.js';
import type { MilvusVectorsOptions } from './milvus-options.js';
import { UpsertChannel } from './upsert-channel.js';

/** Writes all the rows with one call. Resolves with Milvus' answer, success or not, or rejects as its client does. */
export type WriteRows = (
  collection: MilvusCollection,
  rows: readonly VectorRow[],
  timeoutMs: number,
) => Promise<unknown>;

/** Encodes rows directly, unless the SDK is requested or its internals are not as expected. That is logged. */
export async function chooseWriteRows(
  client: MilvusClient,
  { encoder = 'direct', log }: Pick<MilvusVectorsOptions, 'encoder' | 'log'>,
): Promise<WriteRows> {
  if (encoder === 'sdk') return writeWithSdk(client);
  const channel = await UpsertChannel.open(client);
  if (typeof channel !== 'string') {
    return (collection, rows, timeoutMs) => channel.send(encodeUpsert(collection, rows), timeoutMs);
  }
  log?.warn('Rows are written to Milvus with the upsert of its client, which is several times slower', {
    operation: 'vectors',
    error: `the Milvus client is not as expected: ${channel}`,
  });
  return writeWithSdk(client);
}

function writeWithSdk(client: MilvusClient): WriteRows {
  return (collection, rows, timeout) => client.upsert(requestOf(collection, rows, timeout));
}

/** Inserts rows, and leaves those that have the same keys. */
export function insertWithSdk(client: MilvusClient): WriteRows {
  return (collection, rows, timeout) => client.insert(requestOf(collection, rows, timeout));
}

function requestOf({ name, keyField, vectorField }: MilvusCollection, rows: readonly VectorRow[], timeout: number) {
  return {
    collection_name: name,
    data: rows.map(({ key, fields, values = {}, vector }) => ({
      ...fields,
      // The client takes integers of 64 bits as texts.
      ...Object.fromEntries(
        Object.entries(values).map(([field, value]) => [field, typeof value === 'bigint' ? `${value}` : value]),
      ),
      [keyField]: key,
      [vectorField]: Array.from(vector),
    })),
    timeout,
    // The client makes JSON of every request for its debug log, even if nothing is logged. This makes that an empty text.
    ...{ toJSON: () => '' },
  };
}
