import { stageNames } from '@batchmill/all-in-one';
import { ScaledStage, ServiceProcess, SimulatorProcess, eventually } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunks } from './chunks.ts';
import { machineLine } from './report.ts';
import { endOf, environmentOfServices, openServers, requestRun } from './runs-on-servers.ts';
import { table } from './table.ts';

/*
 * `npm run bench:replicas`: a backlog of batches that the provider has completed, ingested by one replica, and by as many as the
 * due work asks for. Each download takes a second and a half, as one from far away does, and a replica works on one batch at a
 * time: so the time is not that of the processors of this machine. In turns, each way twice, on the servers that
 * `npm run servers:up` started.
 */
const batches = 60;
const batchSize = 10;
const downloadMs = 1_500;
const stage = 'result-ingester';
const goal = 0.5;

interface Drained {
  readonly seconds: number;
  readonly replicas: number;
}

process.stdout.write(machineLine());
const results: { readonly one: Drained; readonly scaled: Drained }[] = [];
while (results.length < 2) results.push({ one: await drain(1), scaled: await drain(4) });

process.stdout.write(
  `A backlog of ${batches} batches, each download ${downloadMs} ms\n\n${table([
    ['round', 'one replica: seconds', 'by due work: seconds', 'replicas', 'of one'],
    ...results.map(({ one, scaled }, index) => [
      String(index + 1),
      one.seconds.toFixed(1),
      scaled.seconds.toFixed(1),
      String(scaled.replicas),
      (scaled.seconds / one.seconds).toFixed(2),
    ]),
  ])}\n`,
);
const worst = Math.max(...results.map(({ one, scaled }) => scaled.seconds / one.seconds));
process.stdout.write(
  `${worst <= goal ? 'hit ' : 'miss'}  at most ${goal} of the time of one replica: ${worst.toFixed(2)}\n`,
);

/** How long the backlog takes, from the first look at the due work until the run has ended. */
async function drain(max: number): Promise<Drained> {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-replicas-'));
  const simulator = await SimulatorProcess.start(join(folder, 'simulator'), '--turnaround', '0s');
  const { settings, users, state, bus, close } = await openServers();
  const env = { ...environmentOfServices(settings, simulator, { folder, batchSize }), BATCHMILL_CONCURRENCY: '1' };
  const services: ServiceProcess[] = [];
  try {
    await users.collection('chunks').insertMany(chunks(0, batches * batchSize));
    await simulator.ask('PUT', '/admin/faults', [{ on: 'files.content', what: 'delay', value: downloadMs, rate: 1 }]);
    for (const name of stageNames) if (name !== stage) services.push(await ServiceProcess.start(name, env));
    const runId = await requestRun(bus);
    await eventually(
      'the backlog',
      async () => (await state.collection('batches').count({ state: 'settled' })) === batches,
      900_000,
      500,
    );
    const [asked] = services;
    if (asked === undefined) throw new Error('no service was started');
    const startedAt = performance.now();
    const start = (): Promise<ServiceProcess> => ServiceProcess.start(stage, env);
    const scaled = ScaledStage.follow({ stage, target: 2, max, asked, start });
    const run = await endOf(state, runId);
    const seconds = (performance.now() - startedAt) / 1000;
    await scaled.end();
    if (run['state'] !== 'finished') throw new Error(`the run ended as ${String(run['state'])}`);
    return { seconds, replicas: Math.max(...scaled.wanted) };
  } finally {
    for (const service of services) await service.end('SIGTERM');
    await close();
    await simulator.end();
    await rm(folder, { recursive: true, force: true });
  }
}
