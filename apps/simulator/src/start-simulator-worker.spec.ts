import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatorWorker } from './start-simulator-worker.js';
import { embeddingRequests } from './testing/requests.js';
import { TestClient } from './testing/test-client.js';

async function inFolder(test: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'simulator-'));
  try {
    await test(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** This thread does nothing else meanwhile. */
function standStillUntil(isSo: () => boolean): void {
  const until = performance.now() + 240_000;
  while (!isSo() && performance.now() < until) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}

describe('a simulator in a thread', () => {
  it('works while this thread is blocked, and releases its folder when closed', async () => {
    await inFolder(async (dataDir) => {
      const simulator = await startSimulatorWorker({ dataDir });
      const client = new TestClient(simulator.url);
      const { id } = await client.create(embeddingRequests(5));

      standStillUntil(() => readdirSync(join(dataDir, 'files')).length > 1);

      expect((await client.settled(id)).status).toBe('completed');
      await simulator.close();
      await expect(client.batch(id)).rejects.toThrow();
      const again = await startSimulatorWorker({ dataDir });
      expect((await new TestClient(again.url).batch(id)).status).toBe('completed');
      await again.close();
    });
  });

  it('fails as it does in this thread: a folder in use, a wrong option', async () => {
    await inFolder(async (dataDir) => {
      const simulator = await startSimulatorWorker({ dataDir });

      await expect(startSimulatorWorker({ dataDir })).rejects.toMatchObject({ code: 'simulator.data-in-use' });
      await expect(startSimulatorWorker({ dataDir, speed: -1 })).rejects.toMatchObject({
        code: 'simulator.bad-option',
        message: 'speed is -1; expected a number from 0 to 10000000.',
      });
      await simulator.close();
    });
  });
});
