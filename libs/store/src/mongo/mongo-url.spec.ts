import { describe, expect, it } from '@jest/globals';
import { MongoStore } from './mongo-store.js';
import { databaseOf, shownUrl } from './mongo-url.js';

describe("MongoDB's URL", () => {
  it.each([
    ['mongodb://localhost/line', 'mongodb://localhost/line'],
    ['mongodb://me:secret@a:27017,b:27018/line?replicaSet=r', 'mongodb://me:***@a:27017,b:27018/line'],
    ['mongodb+srv://me:sec%40ret@cluster.example/line', 'mongodb+srv://me:***@cluster.example/line'],
    ['mongodb://me:secr@t/with?all@host/line', 'mongodb://me:***@host/line'],
    ['mongodb://host/line?tlsCertificateKeyFilePassword=secret', 'mongodb://host/line'],
    ['me:secret@host', 'me:***@host'],
  ])('%s is printed without its secrets', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it.each([
    ['mongodb://localhost/line', 'line'],
    ['mongodb://me:secret@a,b/li%20ne?w=1', 'li ne'],
    ['mongodb+srv://cluster.example/line', 'line'],
    ['mongodb://localhost/line?tlsCAFile=/home/me@corp/ca', 'line'],
    ['mongodb://localhost', null],
    ['mongodb://localhost/', null],
    ['mongodb://me:secret@localhost/?authSource=admin', null],
    ['mongodb://localhost?w=1', null],
  ])('%s names the database %s', (url, database) => {
    expect(databaseOf(url)).toBe(database);
  });

  it.each([
    'mongodb://me:secret@localhost',
    'mongodb://me:secret@localhost/?authSource=admin',
    'mongodb://me:s@e:secret/@localhost/line',
    'mongodb://me:secret@localhost/line?noSuchOption=1',
    'localhost/line',
    '',
  ])('%s is refused, and the message has the expected form and no password', (url) => {
    const error = thrownBy(() => MongoStore.open({ url }));

    expect(error).toMatchObject({
      kind: 'ValidationError',
      code: 'store.bad-url',
      message: expect.not.stringContaining('secret'),
    });
    expect(error).not.toHaveProperty('cause');
  });

  it('a database that is given as an option overrides the one in the URL', async () => {
    const store = MongoStore.open({ url: 'mongodb://localhost', database: 'line' });

    await expect(store.close()).resolves.toBeUndefined();
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
