import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '../settings/index.js';
import { openStores } from './open-stores.js';

describe('opening the stores', () => {
  it('Y5: the store of the state is closed when that of the documents is refused', async () => {
    const home = await mkdtemp(join(tmpdir(), 'batchmill-stores-'));
    const env = { BATCHMILL_HOME: home, MONGODB_URI: 'mongodb://127.0.0.1:1/notes?nonsense=1' };
    const opening = openStores(readSettings({ env, cwd: home }));

    await expect(opening).rejects.toMatchObject({ code: 'store.bad-url' });
    expect(existsSync(join(home, 'state.db'))).toBe(true);
    expect(existsSync(join(home, 'state.db-wal'))).toBe(false); // SQLite deletes it with the last connection
    await rm(home, { recursive: true });
  });
});
