import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLog } from '@batchmill/telemetry';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAtWork, openEngine, readSettings } from './index.js';

describe('opening the line', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-home-'));
  });
  afterEach(async () => {
    await rm(home, { recursive: true, force: true });
  });

  it.each([
    ['vectors', 'vectors.db'],
    ['store', 'state.db'],
    ['files', 'blobs'],
  ])('when the %s cannot be opened, nothing is left open and the right to work is free again', async (_, name) => {
    if (name === 'blobs') await writeFile(join(home, name), 'a file in the place of a folder');
    else await mkdir(join(home, name));
    const env = { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated' };
    const settings = readSettings({ env, cwd: home });

    const opening = openEngine(settings, { log: new MemoryLog(), name: 'test', needsProvider: true, works: true });

    await expect(opening).rejects.toThrow(name);
    expect(isAtWork(settings)).toBe(false);
  });
});
