import { stageNames } from '@batchmill/all-in-one';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Goal } from './goals.ts';
import { inTurns, median, timesOf } from './in-turns.ts';
import { loadDocuments, measure, type Measured } from './measure.ts';
import { onServers, sumOf, type OnServers } from './on-servers.ts';
import { goalLines } from './report.ts';
import { table } from './table.ts';

/*
 * `npm run bench:real` runs this: the same documents through one process on the embedded stores, and through six services on the real
 * servers, with one replica of each and with two. The three take turns; every figure is the median of the rounds. The services are started
 * before the measurement; the one process is measured with its start.
 */
const { values } = parseArgs({
  options: { documents: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '3' } },
});
const documents = Number(values.documents);
const batchSize = 1_000;
const leastPerSecond = 400;
const leastTimesOne = 1.6;
/** From this share on the processors of the machine limit the rate. */
const saturated = 0.85;

const folder = await mkdtemp(join(tmpdir(), 'batchmill-bench-'));
try {
  const documentsFile = await loadDocuments(folder, documents);
  const conditions = { documents, batchSize, turnaroundSeconds: 0 };
  const load = { documents, batchSize, folder };
  const embedded: Measured[] = [];
  const [one, two]: [OnServers[], OnServers[]] = [[], []];
  await inTurns(
    {
      'one process': async () => embedded.push(await measure('engine', conditions, { folder, documentsFile })),
      'six services': async () => one.push(await onServers(1, load)),
      'two replicas of each': async () => two.push(await onServers(2, load)),
    },
    Number(values.rounds),
  );
  process.stdout.write(
    `The engine: ${documents} documents of about 2 kB, 1536 dimensions, batches of ${batchSize}, turnaround 0 s\n\n${table(
      [
        ['engine', 'seconds', 'docs/s', 'processor s', 'MB'],
        ['one process, embedded', ...figures(embedded)],
        ['six services, servers', ...figures(one.map(ofServices))],
        ['two replicas of each', ...figures(two.map(ofServices))],
      ],
    )}\n${usageTable(one)}\n${goalLines([rateGoal(one), replicasGoal(one, two)])}`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** All services together. */
function ofServices({ wallMs, services }: OnServers): Omit<Measured, 'documents' | 'vectors'> {
  const used = [...services.values()];
  return {
    wallMs,
    cpuMs: sumOf(used.map(({ cpuMs }) => cpuMs)),
    peakBytes: sumOf(used.map(({ peakBytes }) => peakBytes)),
  };
}

function usageTable(measured: readonly OnServers[]): string {
  const rows = stageNames.map((name) => [
    name,
    seconds(median(measured.map(({ stagesMs }) => stagesMs.get(name) ?? 0))),
    seconds(median(measured.map(({ services }) => services.get(name)?.cpuMs ?? 0))),
    megabytes(median(measured.map(({ services }) => services.get(name)?.peakBytes ?? 0))),
  ]);
  const others = [...(measured[0]?.others.keys() ?? [])].map((name) => [
    ...[name, ''],
    ...[seconds(median(measured.map((each) => each.others.get(name) ?? 0))), ''],
  ]);
  return table([['process', 'busy s', 'processor s', 'MB'], ...rows, ...others]);
}

function rateGoal(measured: readonly OnServers[]): Goal {
  const perSecond = documents / (median(measured.map(({ wallMs }) => wallMs)) / 1000);
  return {
    name: `six services take at least ${leastPerSecond} documents a second, start apart`,
    found: `${perSecond.toFixed(0)}; ${boundOf(measured)}`,
    isHit: perSecond >= leastPerSecond,
  };
}

function replicasGoal(one: readonly OnServers[], two: readonly OnServers[]): Goal {
  const { times, each } = timesOf(one, two, (alone, both) => alone.wallMs / both.wallMs);
  return {
    name: `two replicas of each stage are at least ${leastTimesOne} times as quick as one`,
    found: `${times.toFixed(2)} times (${each}); ${boundOf(two)}`,
    isHit: times >= leastTimesOne,
  };
}

/** What limits the rate: the processors of this machine, or else the stage that was busiest or the server that computed most. */
function boundOf(measured: readonly OnServers[]): string {
  const shareOf = ({ wallMs, cpuMs }: OnServers) => cpuMs / (wallMs * availableParallelism());
  const share = median(measured.map(shareOf));
  const processors = `${percent(share)} of ${availableParallelism()} cores were used`;
  if (share >= saturated) return `the processors bound it: ${processors}`;
  const busyOf = (name: string) => median(measured.map(({ stagesMs, wallMs }) => (stagesMs.get(name) ?? 0) / wallMs));
  const [busiest = ''] = stageNames.toSorted((a, b) => busyOf(b) - busyOf(a));
  const shareOfServer = (name: string) =>
    median(measured.map(({ others, wallMs }) => (others.get(name) ?? 0) / wallMs));
  const servers = [...(measured[0]?.others.keys() ?? [])];
  const [server = ''] = servers.toSorted((a, b) => shareOfServer(b) - shareOfServer(a));
  return (
    `${busiest} was busiest, for ${percent(busyOf(busiest))} of the time, ` +
    `and ${server} took ${percent(shareOfServer(server))} of a core; ${processors}`
  );
}

function figures(measured: readonly Omit<Measured, 'documents' | 'vectors'>[]): string[] {
  const of = (figure: 'wallMs' | 'cpuMs' | 'peakBytes') => median(measured.map((each) => each[figure]));
  const perSecond = documents / (of('wallMs') / 1000);
  return [seconds(of('wallMs')), perSecond.toFixed(0), seconds(of('cpuMs')), megabytes(of('peakBytes'))];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
