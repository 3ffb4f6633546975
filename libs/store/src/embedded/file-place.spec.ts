import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSamePlace, type Place } from '../store.js';
import { EmbeddedStore } from './embedded-store.js';

describe('the place of an embedded store', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-place-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function placeIn(home: string): Promise<Place> {
    const store = EmbeddedStore.open({ file: join(folder, home, 'state.db') });
    await store.collection('things').updateOne({ _id: 1 }, { $inc: { opened: 1 } }, { upsert: true });
    const place = await store.placeOf();
    await store.close();
    return place;
  }

  it('Y4: is the same when the store is opened again, and after its folder was moved', async () => {
    const first = await placeIn('home');
    const again = await placeIn('home');
    await rename(join(folder, 'home'), join(folder, 'moved'));
    const moved = await placeIn('moved');

    expect(isSamePlace(first, again)).toBe(true);
    expect(isSamePlace(first, moved)).toBe(true);
    expect(moved.name).toMatch(/moved\/state\.db$/);
  });

  it('Y4: is another one for a copy, also when the original is gone', async () => {
    const original = await placeIn('home');
    await cp(join(folder, 'home'), join(folder, 'copy'), { recursive: true, preserveTimestamps: true });
    await rm(join(folder, 'home'), { recursive: true });
    await rename(join(folder, 'copy'), join(folder, 'home'));

    expect(isSamePlace(original, await placeIn('home'))).toBe(false);
  });
});

describe('two places', () => {
  const identity = { database: 'state', collection: 'a' };
  const place = { name: 'n', identity, servers: [] };

  it.each<[string, Partial<Place>, Partial<Place>, boolean]>([
    ['equal', {}, {}, true],
    ['in another database of the server', {}, { identity: { ...identity, database: 'copy' } }, false],
    ['with another id', {}, { identity: { ...identity, collection: 'b' } }, false],
    ['of which one lacks a part', { identity: { database: 'state' } }, {}, true],
    ['that have no part in common', { identity: { path: '/state.db' } }, { identity: { file: '7' } }, false],
    ['with one member of the replica set in common', { servers: ['a:1', 'b:1'] }, { servers: ['b:1', 'c:1'] }, true],
    ['of another replica set, restored with its ids', { servers: ['a:1', 'b:1'] }, { servers: ['x:1', 'y:1'] }, false],
    ['of which one is a single server', { servers: ['a:1'] }, {}, true],
  ])('Y4: %s are distinguished only by what is known', (_, one, other, same) => {
    expect(isSamePlace({ ...place, ...one }, { ...place, ...other })).toBe(same);
  });
});
