export { MilvusVectors } from './milvus-vectors.js';
export type { MilvusLog, MilvusTls, MilvusVectorsOptions, WayOfWriting } from './milvus-options.js';
