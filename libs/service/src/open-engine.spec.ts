import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLog } from '@batchmill/telemetry';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isEngineRunning, openEngine, readSettings } from './index.js';

describe('opening the engine', () => {
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
  ])('when the %s cannot be opened, everything is closed again and the engine is unlocked', async (_, name) => {
    if (name === 'blobs') await writeFile(join(home, name), 'a file in the place of a folder');
    else await mkdir(join(home, name));
    const env = { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated' };
    const settings = readSettings({ env, cwd: home });

    const opening = openEngine(settings, { log: new MemoryLog(), name: 'test', needsProvider: true, runsStages: true });

    await expect(opening).rejects.toThrow(name);
    expect(isEngineRunning(settings)).toBe(false);
  });
});
