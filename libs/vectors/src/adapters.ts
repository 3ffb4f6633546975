import type { Adapter } from '@batchmill/contracts/settings';
import { embedded } from './embedded/adapter.js';
import { milvus } from './milvus/adapter.js';
import type { Vectors } from './vectors.js';

/** Every vector store that `BATCHMILL_VECTORS` can name. */
export const vectorsAdapters: readonly Adapter<Vectors>[] = [embedded, milvus];
