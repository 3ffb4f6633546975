import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatorOptions } from '../options.js';
import { startSimulator } from '../start-simulator.js';
import { TestClient } from './test-client.js';

/** A simulator for one test. Its data is deleted with it. */
export async function withSimulator<Result>(
  options: Partial<SimulatorOptions>,
  test: (client: TestClient, dataDir: string) => Promise<Result>,
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'simulator-'));
  const simulator = await startSimulator({ dataDir, ...options });
  try {
    return await test(new TestClient(simulator.url), dataDir);
  } finally {
    await simulator.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}
