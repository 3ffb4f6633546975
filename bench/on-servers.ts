import { stageNames } from '@batchmill/all-in-one';
import { eventually, ServiceProcess, SimulatorProcess, spansOf, type Span } from '@batchmill/testing';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Server } from '../test/servers/server.ts';
import { chunks } from './chunks.ts';
import { usageOf, type Usage } from './process-usage.ts';
import { endOf, environmentOfServices, openServers, requestRun } from './runs-on-servers.ts';

const timeoutMs = 900_000;

/** `folder`: for the data of the services and the simulator. */
interface Load {
  readonly documents: number;
  readonly batchSize: number;
  readonly folder: string;
}

/** A run through services on the servers. */
export interface OnServers {
  readonly wallMs: number;
  /** What the replicas of each stage have used, their start included, and how long one of them worked. */
  readonly services: ReadonlyMap<string, Usage>;
  readonly stagesMs: ReadonlyMap<string, number>;
  /** The processor time that the servers and the simulator took for the run, in milliseconds. */
  readonly others: ReadonlyMap<string, number>;
  /** The same of all processes together, without the start of the services. */
  readonly cpuMs: number;
}

/** The services of so many replicas each are started first. */
export async function onServers(replicas: number, { documents, batchSize, folder: parent }: Load): Promise<OnServers> {
  const folder = await mkdtemp(join(parent, 'servers-'));
  const simulator = await SimulatorProcess.start(join(folder, 'simulator'), '--turnaround', '0s');
  const { settings, users, state, bus, close } = await openServers();
  const services: ServiceProcess[] = [];
  const otherPids = new Map([...(await pidsOfServers()), ['simulator', simulator.pid]]);
  try {
    for (let from = 0; from < documents; from += 1_000) {
      await users.collection('chunks').insertMany(chunks(from, Math.min(documents, from + 1_000)));
    }
    const env = environmentOfServices(settings, simulator, { folder, batchSize });
    for (let replica = 0; replica < replicas; replica += 1)
      for (const name of stageNames) services.push(await ServiceProcess.start(name, env));
    const ofServices = () => sumOf(services.map(({ pid }) => usageOf(pid).cpuMs));
    const [before, servicesBefore] = [cpuOf(otherPids), ofServices()];
    const startedAt = performance.now();
    const run = await endOf(state, await requestRun(bus));
    const wallMs = performance.now() - startedAt;
    if (run['state'] !== 'finished') throw new Error(`the run ended as ${String(run['state'])}`);
    const others = new Map([...cpuOf(otherPids)].map(([name, cpuMs]) => [name, cpuMs - (before.get(name) ?? 0)]));
    const cpuMs = ofServices() - servicesBefore + sumOf([...others.values()]);
    const used = Map.groupBy(services, ({ name }) => name);
    const usages = new Map([...used].map(([name, each]) => [name, sumOfUsages(each.map(({ pid }) => usageOf(pid)))]));
    const stagesMs = await timesOfStages(String(run['traceparent']).split('-')[1] ?? '');
    return { wallMs, services: usages, stagesMs, others, cpuMs };
  } finally {
    for (const service of services) await service.end('SIGTERM');
    await close();
    await simulator.end();
  }
}

/** How long each stage worked on at least one record. Waits until all spans of the run have arrived. */
async function timesOfStages(traceId: string): Promise<Map<string, number>> {
  let previousCount = -1;
  const spans = await eventually(
    'no more spans',
    async () => {
      const found = await spansOf(traceId);
      const isComplete = found.length > 0 && found.length === previousCount;
      previousCount = found.length;
      return isComplete && found;
    },
    timeoutMs,
    2_000,
  );
  const spansByStage = Map.groupBy(
    spans.filter(({ tags }) => tags['batchmill.record'] !== undefined),
    ({ tags }) => String(tags['batchmill.stage']),
  );
  return new Map([...spansByStage].map(([stage, stageSpans]) => [stage, coveredMs(stageSpans)]));
}

function coveredMs(spans: readonly Span[]): number {
  let [covered, until] = [0, 0];
  for (const { startMs, endMs } of spans.toSorted((one, other) => one.startMs - other.startMs)) {
    covered += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return covered;
}

/** Of those that `npm run servers:up` started. */
async function pidsOfServers(): Promise<[string, number][]> {
  const names = ['kafka', 'mongodb', 'milvus'] as const;
  const found = await Promise.all(
    names.map(async (name) => [name, (await new Server(name).status()).process] as const),
  );
  return found.flatMap(([name, process]): [string, number][] => (process === null ? [] : [[name, process.pid]]));
}

function cpuOf(pids: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...pids].map(([name, pid]) => [name, usageOf(pid).cpuMs]));
}

function sumOfUsages(usages: readonly Usage[]): Usage {
  return {
    cpuMs: sumOf(usages.map(({ cpuMs }) => cpuMs)),
    peakBytes: sumOf(usages.map(({ peakBytes }) => peakBytes)),
  };
}

export function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
