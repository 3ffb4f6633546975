import { parseTurnaround, startSimulatorWorker } from '@batchmill/simulator';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings/index.js';

export interface SimulatedProvider {
  /** With its `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The simulator of a home, for `OPENAI_BASE_URL=simulated`: the one that another process of the same home runs, else one
 * in a thread of this process. What it billed stays in the home.
 */
export async function simulatedProvider({ installation, simulator }: Settings): Promise<SimulatedProvider> {
  const dataDir = join(installation.home, 'simulator');
  const noteFile = join(installation.home, 'simulator.url');
  mkdirSync(dataDir, { recursive: true });
  const running = await readFile(noteFile, 'utf8').catch(() => null);
  if (running !== null && (await answers(running))) return { url: `${running}/v1`, close: async () => undefined };

  const { speed, seed, turnaround } = simulator;
  const started = await startSimulatorWorker({ dataDir, speed, seed, turnaround: parseTurnaround(turnaround) });
  await writeFile(noteFile, started.url);
  return {
    url: `${started.url}/v1`,
    close: async () => {
      await rm(noteFile, { force: true });
      await started.close();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/admin/ledger`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}
