import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Job } from './contest.ts';
import type { Goal } from './goals.ts';
import { inTurns, median, timesOf } from './in-turns.ts';
import { loadDocuments, loadPlainDocuments, measure, type Contender, type Measured, type Place } from './measure.ts';
import { peers as packages, preparePython } from './python.ts';
import { goalLines, machineLine } from './report.ts';
import { table } from './table.ts';

/*
 * `npm run bench:peers [-- --chats 2000 --embeddings 20000 --rounds 3]`: plain jobs by the engine, by packages for Python that do a batch
 * and no more, and by a script with the official SDK. All poll ten times a second at first. The engine runs each job once more in batches
 * of a thousand. The packages are installed into a folder of their own, which is deleted at the end.
 */
const { values } = parseArgs({
  options: {
    chats: { type: 'string', default: '2000' },
    embeddings: { type: 'string', default: '20000' },
    rounds: { type: 'string', default: '3' },
  },
});
const wholeBatch = 50_000;
const smallBatch = 1_000;
const others: readonly Contender[] = ['openai-batch', 'openai-batch-helper', 'batchwizard', 'python'];
const mostTimesQuickest = { wallMs: 1.2, cpuMs: 1.5 } as const;
/** Tolerates the variation between runs. */
const mostTimesWhole = 1.1;

const folder = await mkdtemp(join(tmpdir(), 'batchmill-peers-'));
try {
  process.stdout.write(machineLine());
  const program = await preparePython(join(folder, 'python'), packages);
  const goals: Goal[] = [];
  for (const [job, count] of [
    ['chats', Number(values.chats)],
    ['embeddings', Number(values.embeddings)],
  ] as const) {
    const ofJob = await mkdtemp(join(folder, job));
    const documentsFile = await loadDocuments(ofJob, count);
    const python = { program, documentsFile: await loadPlainDocuments(ofJob, count) };
    goals.push(...(await compare(job, count, { folder: ofJob, documentsFile, python })));
  }
  process.stdout.write(`\n${goalLines(goals)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compare(job: Job, documents: number, place: Place): Promise<Goal[]> {
  const run = (contender: Contender, batchSize: number) => () =>
    measure(contender, { job, documents, batchSize, turnaroundSeconds: 0 }, place);
  const whole = 'engine';
  const small = `engine, batches of ${smallBatch}`;
  const measured = await inTurns(
    {
      ...Object.fromEntries(others.map((name) => [name, run(name, wholeBatch)])),
      [whole]: run('engine', wholeBatch),
      [small]: run('engine', smallBatch),
    },
    Number(values.rounds),
  );
  const of = (name: string): readonly Measured[] => measured.get(name) ?? [];
  const medianOf = (name: string, figure: 'wallMs' | 'cpuMs' | 'peakBytes') =>
    median(of(name).map((one) => one[figure]));
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const rows = [...measured.keys()].map((name) => [
    name,
    ...[seconds(medianOf(name, 'wallMs')), seconds(medianOf(name, 'cpuMs'))],
    (medianOf(name, 'peakBytes') / 1e6).toFixed(0),
  ]);
  process.stdout.write(`\n${table([[`${documents} ${job} in one batch`, 's', 'processor s', 'MB'], ...rows])}`);

  const times = (['wallMs', 'cpuMs'] as const).map((figure): Goal => {
    const most = mostTimesQuickest[figure];
    const [best = others[0]] = others.toSorted((one, other) => medianOf(one, figure) - medianOf(other, figure));
    const found = timesOf(of(whole), of(best ?? ''), (one, base) => one[figure] / base[figure]);
    const what = figure === 'wallMs' ? 'time' : 'processor time';
    return {
      name: `${job}: ${what} at most ${most} times that of ${best}, the quickest`,
      found: `${found.times.toFixed(2)} times (${found.each})`,
      isHit: found.times <= most,
    };
  });
  const [leanest = others[0]] = others.toSorted(
    (one, other) => medianOf(one, 'peakBytes') - medianOf(other, 'peakBytes'),
  );
  const [ours, theirs] = [medianOf(whole, 'peakBytes'), medianOf(leanest ?? '', 'peakBytes')];
  const ofSmall = timesOf(of(small), of(whole), (one, base) => one.wallMs / base.wallMs);
  return [
    ...times,
    {
      name: `${job}: less memory than each`,
      found: `${(ours / 1e6).toFixed(0)} MB, and ${leanest} ${(theirs / 1e6).toFixed(0)} MB`,
      isHit: ours < theirs,
    },
    {
      name: `${job}: batches of ${smallBatch} as quick as one (at most ${mostTimesWhole} times)`,
      found: `${ofSmall.times.toFixed(2)} times (${ofSmall.each})`,
      isHit: ofSmall.times <= mostTimesWhole,
    },
  ];
}
