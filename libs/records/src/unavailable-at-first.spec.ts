import { ConnectionError, SystemClock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AskedTexts, Ledger, ReusableAnswers, type LedgerEntry } from './index.js';

describe('a store that is unavailable when a process first writes', () => {
  let folder: string;
  let store: EmbeddedStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-unavailable-'));
    store = EmbeddedStore.open({ file: join(folder, 'state.db'), synchronous: 'NORMAL' });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const key = { key: 'k', pipeline: 'p', url: '/v1/chat/completions', model: 'm', body: '{}' };

  it.each<[string, (of: Store) => () => Promise<unknown>]>([
    [
      'who asks for texts is noted',
      (of) => {
        const asked = new AskedTexts(of);
        return () => asked.ask('run', new Map([['hash', { claimId: 'c', member: 0 }]]));
      },
    ],
    [
      'answers are kept',
      (of) => {
        const answers = new ReusableAnswers(of, new SystemClock(), 1_000);
        return () => answers.keep([key]);
      },
    ],
    [
      'what was paid is booked',
      (of) => {
        const ledger = new Ledger(of);
        return () => ledger.book({ _id: 'batch' } as LedgerEntry); // nothing else of it matters here
      },
    ],
  ])('X1: holds up nothing once it is there again: %s', async (_, open) => {
    const write = open(unavailableAtFirst(store));

    await expect(write()).rejects.toMatchObject({ kind: 'ConnectionError' });
    await expect(write()).resolves.not.toThrow();
  });
});

/** The first index cannot be created. */
function unavailableAtFirst(store: Store): Store {
  let isUnavailable = true;
  const bound = <T extends object>(target: T, replaced: Record<string, unknown>): T =>
    new Proxy(target, {
      get: (of, name) => {
        const value: unknown = replaced[String(name)] ?? Reflect.get(of, name, of);
        return typeof value === 'function' ? (value.bind(of) as unknown) : value;
      },
    });
  return bound(store, {
    collection: (name: string) => {
      const collection = store.collection(name);
      const ensureIndex: typeof collection.ensureIndex = async (index) => {
        if (!isUnavailable) return collection.ensureIndex(index);
        isUnavailable = false;
        throw new ConnectionError('store.unavailable', 'the store is unavailable');
      };
      return bound(collection, { ensureIndex });
    },
  });
}
