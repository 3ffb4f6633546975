import { afterEach, beforeEach } from '@jest/globals';
import { EJSON } from 'bson';
import type { Collection, Fields, FindOptions, Filter, Store } from '../store.js';

export interface StoreBundle {
  readonly store: Store;
  /** Closes the store and opens it again on the same data. Missing where that is impossible. */
  reopen?(): Promise<Store>;
  dispose(): Promise<void>;
}

export type MakeStore = () => Promise<StoreBundle>;

/** A fresh bundle for each test of the surrounding `describe`. */
export function eachWithStore(make: MakeStore): { readonly bundle: StoreBundle; readonly store: Store } {
  let bundle: StoreBundle;
  beforeEach(async () => {
    bundle = await make();
  });
  afterEach(async () => {
    await bundle.dispose();
  });
  return {
    get bundle() {
      return bundle;
    },
    get store() {
      return bundle.store;
    },
  };
}

export async function allOf(collection: Collection, filter: Filter = {}, finding?: FindOptions): Promise<Fields[]> {
  const found: Fields[] = [];
  for await (const document of collection.find(filter, finding)) {
    found.push(document);
  }
  return found;
}

export async function idsOf(collection: Collection, filter: Filter = {}, finding?: FindOptions): Promise<unknown[]> {
  return (await allOf(collection, filter, finding)).map((document) => document['_id']);
}

/** A value with its BSON types as text, the same for every copy of the bson package. */
export function textOf(value: unknown): string {
  return EJSON.stringify(value, { relaxed: false });
}

/** Runs `work` in so many concurrent workers. */
export async function concurrently<I>(workers: number, work: (worker: number) => Promise<I>): Promise<I[]> {
  return Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}

/** The error that a promise rejects with. Throws when it does not reject. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) {
      return error;
    }
  }
  throw new Error('expected a rejection, found none');
}
