export { encodeUpsert } from './encode-upsert.js';
export { MilvusVectors } from './milvus-vectors.js';
export type { MilvusLog, MilvusTls, MilvusVectorsOptions, UpsertEncoder } from './milvus-options.js';
export { UpsertChannel } from './upsert-channel.js';
