export { encodeUpsert } from './encode-upsert.js';
export { MilvusVectors } from './milvus-vectors.js';
export type { MilvusLog, MilvusTls, MilvusVectorsOptions, WayOfWriting } from './milvus-options.js';
export { UpsertChannel } from './upsert-channel.js';
