import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { fields } from './collection-fields.js';
import type { WriteRows } from './write-rows.js';

/** Through the client's own `upsert`. */
export function writeBySdk(client: MilvusClient): WriteRows {
  return ({ name }, rows, timeout) =>
    client.upsert({
      collection_name: name,
      data: rows.map(({ key, chunkId, parentId, vector }) => ({
        [fields.key]: key,
        [fields.chunkId]: chunkId,
        [fields.parentId]: parentId,
        [fields.vector]: Array.from(vector),
      })),
      timeout,
      // The client turns every request into JSON for its debug log, written or not: this one becomes an empty text.
      ...{ toJSON: () => '' },
    });
}
