import { stageNames } from '@batchmill/all-in-one';
import { ServiceProcess, SimulatorProcess } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunks } from './chunks.ts';
import { median } from './in-turns.ts';
import { goalLines } from './report.ts';
import { batchesAtWork, untilRetaken } from './retaken.ts';
import { endOf, environmentOfServices, openServers, requestRun } from './runs-on-servers.ts';

/*
 * `npm run bench:real` runs this: the result-ingester is killed with `kill -9` while it ingests, and started again. How many seconds after
 * that start it works on a batch that the dead process held. Then the run goes to its end, and nothing may have been paid twice.
 */
const rounds = 3;
const documents = 3_000;
const batchSize = 1_000;
const mostSeconds = 2;
const killed = 'result-ingester';

const seconds: number[] = [];
while (seconds.length < rounds) seconds.push(await restart());
const found = `${median(seconds).toFixed(1)} s (${seconds.map((one) => one.toFixed(1)).join(', ')})`;
const name = `killed and started again, the ${killed} works on its own batches within ${mostSeconds} s`;
process.stdout.write(goalLines([{ name, found, isHit: median(seconds) <= mostSeconds }]));

async function restart(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-restart-'));
  const simulator = await SimulatorProcess.start(join(folder, 'simulator'), '--turnaround', '0s');
  const { settings, users, state, bus, close } = await openServers();
  const services: ServiceProcess[] = [];
  const env = environmentOfServices(settings, simulator, { folder, batchSize });
  const start = async (service: string): Promise<ServiceProcess> => {
    const started = await ServiceProcess.start(service, env);
    services.push(started);
    return started;
  };
  try {
    await users.collection('chunks').insertMany(chunks(0, documents));
    for (const each of stageNames) if (each !== killed) await start(each);
    const first = await start(killed);
    const runId = await requestRun(bus);
    const batches = await batchesAtWork(state);
    await first.end('SIGKILL');
    const startedAt = performance.now();
    const [, took] = await Promise.all([
      start(killed),
      untilRetaken(state, batches).then(() => (performance.now() - startedAt) / 1000),
    ]);
    const run = await endOf(state, runId);
    const { twice } = await simulator.ledger();
    const { succeeded } = (run['totals'] as { documents: { succeeded: number } }).documents; // a finished run has them
    if (succeeded !== documents || twice.length > 0)
      throw new Error(`${succeeded} of ${documents} succeeded, ${twice.length} were paid twice`);
    return took;
  } finally {
    for (const service of services) await service.end('SIGTERM');
    await close();
    await simulator.end();
    await rm(folder, { recursive: true, force: true });
  }
}
