import { describe, expect, it } from '@jest/globals';
import type { NeededRight } from '../store.js';
import { MongoStore } from './mongo-store.js';
import { RefusingServer } from './refusing-server.contract.js';

const needed: readonly NeededRight[] = [
  { right: 'read', collection: 'blocks' },
  { right: 'update', collection: 'blocks' },
  { right: 'create-index', collection: null },
];

describe('The rights of a user of MongoDB', () => {
  it.each([
    [
      'of the role read',
      [{ resource: { db: 'notes', collection: '' }, actions: ['find'] }],
      ['update', 'create-index'],
    ],
    [
      'of one collection',
      [{ resource: { db: 'notes', collection: 'blocks' }, actions: ['find', 'update', 'createIndex'] }],
      ['create-index'],
    ],
    [
      'of another database',
      [{ resource: { db: 'other', collection: '' }, actions: ['find', 'update', 'createIndex'] }],
      ['read', 'update', 'create-index'],
    ],
    [
      'of every database, by two roles',
      [
        { resource: { db: '', collection: '' }, actions: ['find', 'update'] },
        { resource: { anyResource: true }, actions: ['createIndex'] },
      ],
      [],
    ],
  ])('Y5: what a user with rights %s lacks is told, and nothing is written for it', async (_, privileges, lacking) => {
    expect(await missingOf([{ user: 'me', db: 'admin' }], privileges)).toEqual(lacking);
  });

  it('a server without access control tells no rights', async () => {
    expect(await missingOf([], [])).toBeNull();
  });
});

async function missingOf(users: readonly unknown[], privileges: readonly unknown[]): Promise<unknown> {
  const authInfo = { authenticatedUsers: users, authenticatedUserPrivileges: privileges };
  const server = await RefusingServer.start(
    { ok: 0, code: 13, errmsg: 'not asked' },
    { connectionstatus: { ok: 1, authInfo } },
  );
  const store = MongoStore.open({ url: `mongodb://${server.address}/notes` });
  const missing = await store.missingRights(needed);
  await store.close();
  await server.stop();
  return missing?.map(({ right }) => right) ?? null;
}
