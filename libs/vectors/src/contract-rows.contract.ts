import type { VectorRow, Vectors } from './index.js';

/** What a part of the contract works on: the store and the collection of the present test, and how another process opens the store. */
export type CurrentVectors = () => {
  readonly vectors: Vectors;
  readonly collection: string;
  readonly open: () => Promise<Vectors>;
};

/** The fields of the contract's collections. */
export const fields = ['block_mongo_id', 'block_doc_id'];

export function rowOf(key: string, vector: readonly number[]): VectorRow {
  const ids = { block_mongo_id: `chunk of ${key}`, block_doc_id: `parent of ${key}` };
  return { key, fields: ids, vector: Float32Array.from(vector) };
}

export function rowWith(texts: Readonly<Record<string, string>>): VectorRow {
  return { ...rowOf('bad', [1, 0, 0]), fields: texts };
}

/** The same numbers for the same seed, around zero, so that vectors of different seeds are dissimilar. */
export function pseudoRandom(seed: number, length: number): number[] {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}
