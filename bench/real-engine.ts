import { stageNames } from '@batchmill/all-in-one';
import { KafkaBus } from '@batchmill/bus/kafka';
import { MongoStore } from '@batchmill/store/mongo';
import { MilvusVectors } from '@batchmill/vectors/milvus';
import { MemoryLog } from '@batchmill/telemetry';
import {
  eventually,
  serverAddresses,
  ServiceProcess,
  settingsOnServers,
  SimulatorProcess,
  spansOf,
  type Span,
} from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chunks } from './chunks.ts';
import type { Goal } from './goals.ts';
import { engineEnv, loadDocuments, measure } from './measure.ts';
import { usageOf } from './process-usage.ts';
import { goalLines } from './report.ts';
import { endOf, requestRun } from './runs-on-servers.ts';
import { table } from './table.ts';

/*
 * `npm run bench:real` runs this: the same documents through six services on the real servers, and through one process on
 * the embedded stores. The services are started before the measurement; the one process is measured with its start.
 */
const { values } = parseArgs({ options: { documents: { type: 'string', default: '5000' } } });
const documents = Number(values.documents);
const batchSize = 1_000;
const timeoutMs = 900_000;
const leastPerSecond = 400;

const folder = await mkdtemp(join(tmpdir(), 'batchmill-bench-'));
try {
  const documentsFile = await loadDocuments(folder, documents);
  const conditions = { documents, batchSize, turnaroundSeconds: 0 };
  const embedded = await measure('engine', conditions, { folder, documentsFile });
  const real = await onServers();
  const stages = stageNames.map((name, index) => {
    const usage = real.usages[index] ?? { peakBytes: 0, cpuMs: 0 };
    return [name, seconds(real.stagesMs.get(name) ?? 0), seconds(usage.cpuMs), megabytes(usage.peakBytes)];
  });
  const cpuMs = sumOf(real.usages.map((usage) => usage.cpuMs));
  const peakBytes = sumOf(real.usages.map((usage) => usage.peakBytes));
  process.stdout.write(
    `The engine: ${documents} documents of about 2 kB, 1536 dimensions, batches of ${batchSize}, turnaround 0 s\n\n${table(
      [
        ['engine', 'seconds', 'docs/s', 'processor s', 'MB'],
        ['one process, embedded', ...figures(embedded.wallMs), seconds(embedded.cpuMs), megabytes(embedded.peakBytes)],
        ['six services, servers', ...figures(real.wallMs), seconds(cpuMs), megabytes(peakBytes)],
      ],
    )}\n${table([['service', 'busy s', 'processor s', 'MB'], ...stages])}\n${goalLines([rateGoal(real)])}`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Names the stage that was busiest, and for how much of the time. */
function rateGoal({ wallMs, stagesMs }: Awaited<ReturnType<typeof onServers>>): Goal {
  const perSecond = documents / (wallMs / 1000);
  const [name = 'no stage', busyMs = 0] = [...stagesMs].toSorted(([, one], [, other]) => other - one)[0] ?? [];
  return {
    name: `six services take at least ${leastPerSecond} documents a second, start apart`,
    found: `${perSecond.toFixed(0)}; ${name} was busy for ${((100 * busyMs) / wallMs).toFixed(0)} % of the time`,
    isHit: perSecond >= leastPerSecond,
  };
}

async function onServers() {
  const servers = settingsOnServers(randomUUID().slice(0, 8));
  const simulator = await SimulatorProcess.start(join(folder, 'simulator'), '--turnaround', '0s');
  const users = MongoStore.open({ url: servers.MONGODB_URI });
  const state = MongoStore.open({ url: servers.BATCHMILL_STORE });
  const bus = await KafkaBus.open({ url: serverAddresses.kafka, log: new MemoryLog(), replicationFactor: 1 });
  const vectors = await MilvusVectors.open({ url: serverAddresses.milvus });
  const services: ServiceProcess[] = [];
  try {
    // Documents whose vectors are there are not sent.
    await vectors.dropCollection('chunks');
    for (let from = 0; from < documents; from += 1_000) {
      await users.collection('chunks').insertMany(chunks(from, Math.min(documents, from + 1_000)));
    }
    const env = {
      ...engineEnv,
      ...servers,
      BATCHMILL_HOME: join(folder, 'services'),
      OPENAI_BASE_URL: `${simulator.url}/v1`,
      BATCH_SIZE: String(batchSize),
    };
    for (const name of stageNames) services.push(await ServiceProcess.start(name, env));
    const startedAt = performance.now();
    const run = await endOf(state, await requestRun(bus));
    const wallMs = performance.now() - startedAt;
    if (run['state'] !== 'finished') throw new Error(`the run ended as ${String(run['state'])}`);
    const usages = services.map(({ pid }) => usageOf(pid));
    const stagesMs = await timesOfStages(String(run['traceparent']).split('-')[1] ?? '');
    return { wallMs, usages, stagesMs };
  } finally {
    for (const service of services) await service.end('SIGTERM');
    for (const store of [users, state]) {
      for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
      await store.close();
    }
    await vectors.dropCollection('chunks');
    await vectors.close();
    await bus.close();
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

function figures(wallMs: number): [string, string] {
  return [seconds(wallMs), (documents / (wallMs / 1000)).toFixed(0)];
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
