import type { Clock } from '@batchmill/contracts';
import type { Bus } from '@batchmill/bus';
import { parseTurnaround, startSimulatorWorker } from '@batchmill/simulator';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beAtWork } from './ports/index.js';
import type { Settings } from './settings/index.js';

export interface SimulatedProvider {
  /** With its `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

const pollMs = 100;
const looks = 50;

/**
 * The simulator of a home, for `OPENAI_BASE_URL=simulated`: the one that another process of the same home runs, else one
 * in a thread of this process, which takes the right to work first: nobody else starts one, or loses this one at work.
 * What it billed stays in the home.
 */
export async function simulatedProvider(
  { installation, simulator }: Settings,
  { bus, clock }: { bus: Bus; clock: Clock },
): Promise<SimulatedProvider> {
  const dataDir = join(installation.home, 'simulator');
  const noteFile = join(installation.home, 'simulator.url');
  mkdirSync(dataDir, { recursive: true });
  for (let look = 1; ; look += 1) {
    const running = await readFile(noteFile, 'utf8').catch(() => null);
    if (running !== null && (await answers(running))) return { url: `${running}/v1`, close: async () => undefined };
    try {
      beAtWork(bus);
      break;
    } catch (error) {
      // The process at work may be about to start its simulator.
      if (look === looks) throw error;
      await clock.sleep(pollMs);
    }
  }

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
