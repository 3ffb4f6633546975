import { MongoStore } from '@batchmill/store/mongo';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Goal } from './goals.ts';
import { loadDocuments, measure, type Measured } from './measure.ts';
import { goalLines, machineLine } from './report.ts';
import { measureLooks, type LookFigures } from './scale-batches.ts';
import { measureCollection, type CollectionFigures } from './scale-collection.ts';
import { table } from './table.ts';

/*
 * `npm run bench:scale`: how time and memory grow with the documents of a run; what a scan of a large collection takes of which little
 * is pending, and a run that finds nothing; and what is asked of a run with very many batches. Every size can be given, so that it can
 * be tried small: `-- --sizes 2000,6000 --collection 20000 --pending 100 --batches 1000`. `--million` adds a run of a million documents.
 * `--mongodb URL` measures the collection on a server, too, with `--collection-on-server` documents, in a collection of its own.
 */
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '20000,300000' },
    million: { type: 'boolean', default: false },
    collection: { type: 'string', default: '1000000' },
    pending: { type: 'string', default: '1000' },
    batches: { type: 'string', default: '20000' },
    mongodb: { type: 'string' },
    'collection-on-server': { type: 'string', default: '200000' },
  },
});
const sizes = [...values.sizes.split(',').map(Number), ...(values.million ? [1_000_000] : [])];
const batchSize = 1_000;

const mostTimeGrowth = 1.25;
const mostPeakBytes = 400e6;
const mostScanMs = 250;
const mostEmptyScanMs = 10;
const mostLookMs = 50;
const mostReportMs = 2_000;

const goals: Goal[] = [];
process.stdout.write(machineLine());
await growth();
await collection('embedded', Number(values.collection), null);
if (values.mongodb !== undefined) await collectionOnServer(values.mongodb);
await looks();
process.stdout.write(goalLines(goals));

async function growth(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-scale-'));
  try {
    const measured: [number, Measured][] = [];
    for (const documents of sizes) {
      const documentsFile = await loadDocuments(folder, documents);
      measured.push([
        documents,
        await measure('engine', { documents, batchSize, turnaroundSeconds: 0 }, { folder, documentsFile }),
      ]);
      await rm(documentsFile, { force: true });
    }
    const rows = measured.map(([documents, { wallMs, cpuMs, peakBytes }]) => [
      ...[String(documents), (wallMs / 1000).toFixed(1), (documents / (wallMs / 1000)).toFixed(0)],
      ...[(cpuMs / 1000).toFixed(1), (peakBytes / 1e6).toFixed(0)],
    ]);
    process.stdout.write(`\n${table([['documents in a run', 's', 'docs/s', 'processor s', 'MB'], ...rows])}\n`);
    const [first, ...others] = measured;
    if (first === undefined) return;
    for (const [documents, { wallMs, peakBytes }] of others) {
      const times = wallMs / documents / (first[1].wallMs / first[0]);
      const name = `a document takes at most ${mostTimeGrowth} times as long with ${documents} as with ${first[0]}`;
      goals.push({ name, found: `${times.toFixed(2)} times`, isHit: times <= mostTimeGrowth });
      const memory = `under ${mostPeakBytes / 1e6} MB with ${documents} documents`;
      goals.push({ name: memory, found: `${(peakBytes / 1e6).toFixed(0)} MB`, isHit: peakBytes < mostPeakBytes });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function collection(where: string, documents: number, store: MongoStore | null): Promise<void> {
  const pending = Math.min(Number(values.pending), documents);
  const figures = await measureCollection(documents, pending, store);
  const rows = figures.map(({ indexed, scanMs, emptyScanMs, emptyRunMs }) => [
    indexed ? 'with them' : 'without the indexes',
    ...[scanMs, emptyScanMs, emptyRunMs].map((ms) => ms.toFixed(1)),
  ]);
  const head = [
    `${where}, ${documents} documents`,
    `scan of ${pending} pending, ms`,
    'scan of none, ms',
    'run of none, ms',
  ];
  process.stdout.write(`${table([head, ...rows])}\n`);
  const indexed = figures.find((one) => one.indexed);
  if (indexed !== undefined && store === null) goals.push(...collectionGoals(indexed));
}

/** Not of a server: the one that tests use in place of MongoDB does not use such indexes. */
function collectionGoals({ documents, pending, scanMs, emptyScanMs }: CollectionFigures): Goal[] {
  const of = `of ${documents} documents by the indexes`;
  return [
    {
      name: `a scan ${of} that finds ${pending}, within ${mostScanMs} ms`,
      found: ms(scanMs),
      isHit: scanMs <= mostScanMs,
    },
    {
      name: `a scan ${of} that finds none, within ${mostEmptyScanMs} ms`,
      found: ms(emptyScanMs),
      isHit: emptyScanMs <= mostEmptyScanMs,
    },
  ];
}

async function collectionOnServer(url: string): Promise<void> {
  const store = MongoStore.open({ url });
  try {
    await collection('MongoDB', Number(values['collection-on-server']), store);
  } finally {
    await store.close();
  }
}

async function looks(): Promise<void> {
  const many = Number(values.batches);
  const few = Math.max(1, Math.round(many / 10));
  const [ofFew, ofMany] = [await measureLooks(few), await measureLooks(many)];
  const rows = ofMany.map(({ name, ms: took }, index) => [name, (ofFew[index]?.ms ?? NaN).toFixed(1), took.toFixed(1)]);
  process.stdout.write(`${table([['asked of a run, ms', `${few} batches`, `${many} batches`], ...rows])}\n`);
  goals.push(lookGoal(ofMany, false, mostLookMs), lookGoal(ofMany, true, mostReportMs));
}

function lookGoal(figures: readonly LookFigures[], isReport: boolean, most: number): Goal {
  const slowest = figures.filter((one) => one.isReport === isReport).toSorted((one, other) => other.ms - one.ms)[0];
  const what = isReport ? 'every report of a whole run' : 'everything that is asked many times a minute';
  return {
    name: `${what}, with ${slowest?.batches ?? 0} batches, within ${most} ms`,
    found: `${slowest?.name ?? 'nothing'}: ${ms(slowest?.ms ?? 0)}`,
    isHit: (slowest?.ms ?? 0) <= most,
  };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
