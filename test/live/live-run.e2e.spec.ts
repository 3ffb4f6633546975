import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '@batchmill/service';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveRun } from './live-run.js';
import { missingForLive } from './missing-for-live.js';

describe('the live test on the simulated provider', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-live-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  const settings = () => {
    const env = {
      BATCHMILL_HOME: home,
      OPENAI_BASE_URL: 'simulated',
      BATCHMILL_SIMULATOR_SPEED: '3600',
      BATCHMILL_FIRST_POLL_MS: '50',
      POLL_INTERVAL: '0.2',
    };
    return readSettings({ env, cwd: home });
  };

  it('T2: the live test prints its cost ceiling before it sends anything, and keeps batch ids and times in a file', async () => {
    const printed: string[] = [];
    const resultsFile = join(home, 'results.json');

    const { documents, vectors } = await liveRun({
      settings: settings(),
      runId: 'live-1',
      resultsFile,
      maxUsd: 0.01,
      print: (line) => printed.push(line),
    });

    expect(printed[0]).toMatch(/^live-1: 3 documents at simulated, at most \$0\.000\d+ in all$/);
    expect(documents).toHaveLength(3);
    expect(vectors).toBe(3);
    const batch = {
      providerBatchId: expect.stringMatching(/^batch_/),
      submittedAt: expect.any(String),
      endedAt: expect.any(String),
    };
    expect(JSON.parse(await readFile(resultsFile, 'utf8'))).toMatchObject({
      ceilingUsd: expect.any(Number),
      finishedAt: expect.any(String),
      runs: [
        { endpoint: 'embeddings', succeeded: 3, batches: [batch] },
        { endpoint: 'inference', succeeded: 3, batches: [batch] },
      ],
    });
  });

  it('T2: the live test sends nothing when it could cost more than its limit', async () => {
    const resultsFile = join(home, 'too-expensive.json');

    const tooExpensive = liveRun({
      settings: settings(),
      runId: 'live-2',
      resultsFile,
      maxUsd: 0.00001,
      print: () => undefined,
    });

    await expect(tooExpensive).rejects.toThrow('It could cost $0.0000');
    await expect(readFile(resultsFile)).rejects.toThrow('ENOENT');
  });

  it('T2: the live test is skipped with the reason when a key is not set or the provider is simulated', () => {
    const set = { OPENAI_API_KEY: 'sk-1', DATABASE_URL: 'mongodb://127.0.0.1/db' };

    expect(missingForLive({})).toBe('OPENAI_API_KEY and DATABASE_URL are not set');
    expect(missingForLive({ ...set, DATABASE_URL: '' })).toBe('DATABASE_URL is not set');
    expect(missingForLive({ ...set, OPENAI_BASE_URL: 'simulated' })).toBe('OPENAI_BASE_URL is simulated');
    expect(missingForLive(set)).toBeNull();
  });
});
