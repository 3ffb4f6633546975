import { describe, expect, it } from '@jest/globals';
import { errorOf } from '../contract/bundle.contract.js';
import { MongoStore } from './mongo-store.js';
import { RefusingServer } from './refusing-server.contract.js';

describe('A MongoDB that refuses the user', () => {
  it.each([
    ['a wrong password', 'me:secret@', { code: 18, errmsg: 'Authentication failed.' }],
    ['a missing role', '', { code: 13, errmsg: 'not authorized on line to execute this' }],
  ])('%s is reported with the URL without its password, and with what to do', async (_, user, said) => {
    const server = await RefusingServer.start({ ok: 0, ...said });
    const store = MongoStore.open({ url: `mongodb://${user}${server.address}/line` });
    const things = store.collection('things');
    const calls = [
      () => things.findOne({}),
      () => things.insertOne({ n: 1 }),
      () => things.bulk([{ filter: {}, update: { $set: { n: 1 } } }]),
      () => Array.fromAsync(things.find({})),
      () => store.check(),
    ];

    for (const call of calls) {
      const error = await errorOf(call());
      expect(error).toMatchObject({ kind: 'ConnectionError', code: 'store.not-authorised' });
      expect(error.message).toContain(`${server.address}/line refuses this user`);
      expect(error.message).toContain('readWrite');
      expect(error.message).not.toContain('secret');
    }
    await store.close();
    await server.stop();
  });

  it('an index that the user may not list is not used, and nothing fails', async () => {
    const server = await RefusingServer.start({ ok: 0, code: 13, errmsg: 'not authorized on line to execute this' });
    const store = MongoStore.open({ url: `mongodb://${server.address}/line` });

    expect(await store.collection('things').indexes()).toEqual([]);
    await store.close();
    await server.stop();
  });

  it.each([
    ['steps down', { code: 10107, errmsg: 'not primary' }, { kind: 'ConnectionError', code: 'store.unavailable' }],
    ['has a full disk', { code: 14031, errmsg: 'full' }, { kind: 'ConnectionError', code: 'store.disk-full' }],
  ])('a bulk reports a server that %s as unavailable, not its documents as refused', async (_, said, away) => {
    const server = await RefusingServer.start({ ok: 1, n: 0, nModified: 0, writeErrors: [{ index: 0, ...said }] });
    const store = MongoStore.open({ url: `mongodb://${server.address}/line` });

    const error = await errorOf(store.collection('things').bulk([{ filter: { _id: 1 }, update: { $set: { n: 1 } } }]));
    expect(error).toMatchObject(away);
    await store.close();
    await server.stop();
  });

  it('a write or bulk that no majority acknowledges in time is reported as such', async () => {
    const writeConcernError = { code: 64, errmsg: 'waiting for replication timed out' };
    const server = await RefusingServer.start({ ok: 1, n: 1, nModified: 1, writeConcernError });
    const store = MongoStore.open({ url: `mongodb://${server.address}/line` });
    const things = store.collection('things');

    for (const call of [
      () => things.insertOne({ _id: 1 }),
      () => things.insertMany([{ _id: 1 }]),
      () => things.updateOne({ _id: 1 }, { $set: { n: 1 } }),
      () => things.bulk([{ filter: { _id: 1 }, update: { $set: { n: 1 } } }]),
      () => things.deleteMany({ _id: 1 }),
    ]) {
      expect(await errorOf(call())).toMatchObject({ kind: 'TimeoutError', code: 'store.timed-out' });
    }
    await store.close();
    await server.stop();
  });
});
