/** The fields of a collection in Milvus. */
export const fields = {
  key: 'key',
  chunkId: 'block_mongo_id',
  parentId: 'block_doc_id',
  vector: 'vector',
} as const;

/** The fields of a row that are text, in the order in which they are made and sent. */
export const textFields = ['key', 'chunkId', 'parentId'] as const;

export type TextField = (typeof textFields)[number];
