import { stageNames } from '@batchmill/all-in-one';
import { MongoStore } from '@batchmill/store/mongo';
import { ServiceProcess, settingsOnServers, SimulatorProcess } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { outputOf, startChild } from './child.ts';
import type { Goal } from './goals.ts';
import { inTurns, median } from './in-turns.ts';
import { engineEnv } from './measure.ts';
import { usageOf } from './process-usage.ts';
import { goalLines } from './report.ts';
import { table } from './table.ts';

/*
 * `npm run bench:real` runs this: what the start of each service costs on the real servers, until it runs and has nothing to do, and
 * how long the command takes to print its version and its help, beside a Node that runs nothing. They take turns; a figure is the
 * median of three rounds. One round before is not measured: in it, Node keeps what it has compiled.
 */
const rounds = 3;
const most = { cpuMs: 1_200, bytes: 130e6, commandMs: 200 } as const;
/** A service that runs has asked all of its servers once after this time. */
const settlingMs = 2_000;

interface Start {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly bytes: number;
}

const folder = await mkdtemp(join(tmpdir(), 'batchmill-bench-start-'));
const servers = settingsOnServers(randomUUID().slice(0, 8));
const simulator = await SimulatorProcess.start(join(folder, 'simulator'));
try {
  const command = join(import.meta.dirname, '../packages/bundle/dist/cli.js');
  const contenders = {
    ...Object.fromEntries(stageNames.map((name) => [name, () => startOf(name)])),
    'node alone': () => timeOf(['--eval', '0']),
    'batchmill --version': () => timeOf([command, '--version']),
    'batchmill --help': () => timeOf([command, '--help']),
  };
  await inTurns(contenders, 1);
  const measured = [...(await inTurns(contenders, rounds))].map(([name, starts]): [string, Start] => [
    name,
    {
      wallMs: median(starts.map(({ wallMs }) => wallMs)),
      cpuMs: median(starts.map(({ cpuMs }) => cpuMs)),
      bytes: median(starts.map(({ bytes }) => bytes)),
    },
  ]);
  process.stdout.write(
    `Starts: medians of ${rounds} rounds\n\n${table([
      ['what', 'seconds', 'processor s', 'MB'],
      ...measured.map(([name, { wallMs, cpuMs, bytes }]) => [
        name,
        seconds(wallMs),
        ...(isService(name) ? [seconds(cpuMs), megabytes(bytes)] : ['', '']),
      ]),
    ])}\n${goalLines(measured.flatMap(([name, start]) => goalsOf(name, start)))}`,
  );
} finally {
  await simulator.end();
  for (const url of [servers.MONGODB_URI, servers.BATCHMILL_STORE]) {
    const store = MongoStore.open({ url });
    for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
    await store.close();
  }
  await rm(folder, { recursive: true, force: true });
}

async function startOf(name: string): Promise<Start> {
  const env = {
    ...engineEnv,
    ...servers,
    BATCHMILL_HOME: join(folder, name),
    OPENAI_BASE_URL: `${simulator.url}/v1`,
  };
  const startedAt = performance.now();
  const service = await ServiceProcess.start(name, env);
  try {
    const wallMs = performance.now() - startedAt;
    await sleep(settlingMs);
    const { cpuMs, peakBytes } = usageOf(service.pid);
    return { wallMs, cpuMs, bytes: peakBytes };
  } finally {
    await service.end('SIGTERM');
  }
}

async function timeOf(arguments_: readonly string[]): Promise<Start> {
  const startedAt = performance.now();
  await outputOf(startChild(arguments_), 60_000);
  return { wallMs: performance.now() - startedAt, cpuMs: 0, bytes: 0 };
}

function goalsOf(name: string, { wallMs, cpuMs, bytes }: Start): Goal[] {
  if (isService(name)) {
    return [
      {
        name: `${name} starts in ${seconds(most.cpuMs)} s of processor time`,
        found: `${seconds(cpuMs)} s`,
        isHit: cpuMs <= most.cpuMs,
      },
      {
        name: `${name} starts in ${megabytes(most.bytes)} MB`,
        found: `${megabytes(bytes)} MB`,
        isHit: bytes <= most.bytes,
      },
    ];
  }
  if (!name.startsWith('batchmill')) return [];
  return [
    {
      name: `${name} takes at most ${seconds(most.commandMs)} s`,
      found: `${seconds(wallMs)} s`,
      isHit: wallMs <= most.commandMs,
    },
  ];
}

function isService(name: string): boolean {
  return stageNames.some((stage) => stage === name);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
