import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Batches, Claims, type Batch, type Claim } from '@batchmill/records';
import type { Collection, Filter } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { ManualClock } from '@batchmill/testing';
import { ClaimLooks } from './claim-looks.js';

const minuteMs = 60_000;

describe('looking for claims that can be closed', () => {
  let store: EmbeddedStore;
  let clock: ManualClock;
  let claims: Claims;
  let batches: Batches;
  let looks: ClaimLooks;

  beforeEach(() => {
    store = EmbeddedStore.open({ file: ':memory:' });
    clock = new ManualClock();
    claims = new Claims(store, clock);
    batches = new Batches(store, clock);
    looks = new ClaimLooks(claims, batches, clock);
  });
  afterEach(() => store.close());

  /** A claim with one batch. */
  async function insert(number: number, state: Claim['state'], batchState: Batch['state']): Promise<string> {
    const about = { previousClaimId: null, positionAfter: null, scanEnds: false, members: null, traceparent: null };
    const claim = claims.new('run', number, { kind: 'scan', ...about });
    await store.collection<Claim>('claims').insertOne({ ...claim, state });
    const _id = batches.idOf(claim._id, 1);
    const written = { runId: 'run', claimId: claim._id, state: batchState, updatedAt: clock.now() };
    await store.collection('batches').insertOne({ _id, ...written });
    return claim._id;
  }

  const ingest = (claimId: string) =>
    store.collection('batches').updateOne({ claimId }, { $set: { state: 'ingested', updatedAt: clock.now() } });

  async function look(): Promise<string[]> {
    const found = await looks.closeable('run');
    found.note();
    return found.claims.map(({ _id }) => _id);
  }

  async function done(claimId: string): Promise<void> {
    await store.collection('claims').updateOne({ _id: claimId }, { $set: { state: 'done' } });
  }

  it('R6: a claim is not found while a batch of it moves behind the cursor that reads all of them', async () => {
    await insert(1, 'built', 'submitted');
    const cursorMissesAll = (collection: Collection): Collection =>
      new Proxy(collection, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property, target);
          // Stands for a server whose index has the batch elsewhere by the time the cursor is there.
          if (property === 'find')
            return (filter: Filter) => target.find({ ...filter, ...('runId' in filter && { _id: null }) });
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    const moving = new Proxy(store, {
      get: (target, property) =>
        property === 'collection'
          ? (name: string) => cursorMissesAll(target.collection(name))
          : (Reflect.get(target, property, target) as unknown),
    });
    looks = new ClaimLooks(claims, new Batches(moving, clock), clock);

    expect(await look()).toEqual([]);
  });

  it('R6: after the clock was set back, all are looked at', async () => {
    const first = await insert(1, 'built', 'submitted');
    clock.advance(2 * minuteMs);
    expect(await look()).toEqual([]);

    clock.advance(-60 * minuteMs);
    await ingest(first);

    expect(await look()).toEqual([first]);
  });

  it('R6: a claim is found once its last batch is ingested, in the order of the numbers', async () => {
    const [first, second, third] = [
      await insert(1, 'built', 'settled'),
      await insert(2, 'built', 'ingested'),
      await insert(3, 'built', 'submitted'),
    ];

    expect(await look()).toEqual([second]);
    await done(second);
    clock.advance(20_000);
    expect(await look()).toEqual([]);

    await ingest(third);
    await ingest(first);
    expect(await look()).toEqual([first, third]);
  });

  it('R6: a claim that is done is asked for once, one that is not built yet each time', async () => {
    await insert(1, 'built', 'submitted');
    expect(await look()).toEqual([]);
    const closed = await insert(2, 'done', 'ingested');
    const sealed = await insert(3, 'sealed', 'ingested');
    const asked: string[][] = [];
    const among = claims.among.bind(claims);
    claims.among = (ids, state) => {
      asked.push([...ids]);
      return among(ids, state);
    };

    for (const times of [1, 2]) expect([times, await look()]).toEqual([times, []]);
    expect(asked.flat().filter((id) => id === closed)).toHaveLength(1);
    await store.collection('claims').updateOne({ _id: sealed }, { $set: { state: 'built' } }); // by a clock that is behind
    expect(await look()).toEqual([sealed]);
  });

  it('R6: a claim that is built after its batches were ingested is found, and one that was left is found again', async () => {
    await insert(1, 'built', 'submitted');
    expect(await look()).toEqual([]);
    const late = await insert(2, 'sealed', 'ingested');
    clock.advance(30_000);
    expect(await look()).toEqual([]);

    await store.collection('claims').updateOne({ _id: late }, { $set: { state: 'built', updatedAt: clock.now() } });
    expect(await look()).toEqual([late]);
    clock.advance(30_000);
    expect(await look()).toEqual([late]);
    await done(late);
    clock.advance(15_000);
    expect(await look()).toEqual([]);
  });

  it('R6: what another process wrote by a clock that is far behind is found within a minute, and at once after a stop in between', async () => {
    const claim = await insert(1, 'built', 'submitted');
    clock.advance(30_000);
    expect(await look()).toEqual([]);
    const byAnotherClock = new Date(clock.now().getTime() - 10 * minuteMs);
    await store
      .collection('batches')
      .updateOne({ claimId: claim }, { $set: { state: 'ingested', updatedAt: byAnotherClock } });

    clock.advance(5_000);
    expect(await look()).toEqual([]);
    clock.advance(minuteMs);
    expect(await look()).toEqual([claim]);
    await looks.closeable('run'); // not noted: the process was stopped while it closed them
    expect(await look()).toEqual([claim]);
  });
});
