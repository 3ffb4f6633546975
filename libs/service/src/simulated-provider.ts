import type { Clock } from '@batchmill/contracts';
import type { Bus } from '@batchmill/bus';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockEngine } from './engine-lock.js';
import type { Settings } from './settings/index.js';

export interface SimulatedProvider {
  /** With the path of the provider's API: `/v1` at OpenAI. */
  readonly url: string;
  close(): Promise<void>;
}

const pollMs = 100;
const maxPolls = 50;

/**
 * The simulator of a home, for `OPENAI_BASE_URL=simulated`. It behaves like the provider that the settings name. If another process of the home runs one, its URL is used. Else
 * this process locks the engine, so that only one simulator starts, and runs one in a thread. Its ledger stays in the home.
 */
export async function openSimulatedProvider(
  { installation, simulator, openai }: Settings,
  { bus, clock }: { bus: Bus; clock: Clock },
): Promise<SimulatedProvider> {
  // Only here, because it brings an HTTP server, which a real provider makes needless.
  const { parseTurnaround, providers, startSimulatorWorker } = await import('@batchmill/simulator');
  const provider = openai.provider ?? 'openai';
  const { basePath } = providers[provider];
  const dataDir = join(installation.home, 'simulator');
  const urlFile = join(installation.home, 'simulator.url');
  mkdirSync(dataDir, { recursive: true });
  for (let poll = 1; ; poll += 1) {
    const running = await readFile(urlFile, 'utf8').catch(() => null);
    if (running !== null && (await answers(running)))
      return { url: `${running}${basePath}`, close: async () => undefined };
    try {
      lockEngine(bus);
      break;
    } catch (error) {
      // The process that holds the lock may be about to start its simulator.
      if (poll === maxPolls) throw error;
      await clock.sleep(pollMs);
    }
  }

  const { speed, seed, turnaround } = simulator;
  const started = await startSimulatorWorker({
    dataDir,
    provider,
    speed,
    seed,
    turnaround: parseTurnaround(turnaround),
  });
  await writeFile(urlFile, started.url);
  return {
    url: started.baseUrl,
    close: async () => {
      await rm(urlFile, { force: true });
      await started.close();
    },
  };
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/admin/ledger`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}
