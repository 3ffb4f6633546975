import { afterEach, beforeEach } from '@jest/globals';
import { EJSON } from 'bson';
import type { Collection, Fields, FindOptions, Filter, Store } from '../store.js';

export interface StoreBundle {
  readonly store: Store;
  /** Closes the store and opens it again on the same data. Left out where that cannot be done. */
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

/** A value with its BSON types, whichever copy of the bson package made it. */
export function textOf(value: unknown): string {
  return EJSON.stringify(value, { relaxed: false });
}

/** Runs `work` on each item, so many at once. */
export async function concurrently<I>(workers: number, work: (worker: number) => Promise<I>): Promise<I[]> {
  return Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}

/** What was thrown, to be looked at. Fails when nothing was. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) {
      return error;
    }
  }
  throw new Error('nothing was thrown');
}
