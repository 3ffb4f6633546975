import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { casesOf, type Case } from './cases.ts';
import type { Result } from './goals.ts';
import { loadDocuments, measure, type Contender, type Measured } from './measure.ts';
import { casesTable, goalLines, machineLine, stagesTable } from './report.ts';

/*
 * `npm run bench [-- --quick]`: the whole line beside a plain script that does the same, both on the embedded stores and a
 * simulated provider that makes nobody wait but where the table says so. The provider is a process of its own and takes
 * its share of the machine from both.
 */
const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
const sizes = quick ? { documents: 2_000, moreDocuments: 6_000 } : { documents: 20_000, moreDocuments: 60_000 };
const folder = await mkdtemp(join(tmpdir(), 'batchmill-bench-'));
try {
  process.stdout.write(machineLine());
  const documentsFiles = new Map<number, string>();
  for (const documents of Object.values(sizes)) documentsFiles.set(documents, await loadDocuments(folder, documents));
  const results: Result[] = [];
  for (const one of casesOf(sizes)) results.push(await resultOf(one, documentsFiles.get(one.documents) ?? ''));
  if (quick) process.stdout.write('Too few documents for the goals: they are for the whole bench.\n');
  process.stdout.write(`\n${casesTable(results)}\n${stagesTable(results)}\n${goalLines(results)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function resultOf(one: Case, documentsFile: string): Promise<Result> {
  const best: Partial<Record<Contender, Measured>> = {};
  for (let time = 0; time < one.times; time += 1) {
    for (const contender of one.contenders) {
      const measured = await measure(contender, one, { folder, documentsFile });
      tellProgress(contender, one, measured);
      best[contender] = better(best[contender], measured);
    }
  }
  const { documents, batchSize, turnaroundSeconds } = one;
  if (best.pipeline === undefined) throw new Error('a case without the pipeline');
  return { documents, batchSize, turnaroundSeconds, pipeline: best.pipeline, plain: best.plain ?? null };
}

/** The shorter time, with the larger memory of both. */
function better(former: Measured | undefined, measured: Measured): Measured {
  if (former === undefined) return measured;
  const peakBytes = Math.max(former.peakBytes, measured.peakBytes);
  return { ...(former.wallMs <= measured.wallMs ? former : measured), peakBytes };
}

function tellProgress(
  contender: Contender,
  { documents, batchSize, turnaroundSeconds }: Case,
  { wallMs }: Measured,
): void {
  if (!process.stderr.isTTY) return;
  const conditions = `${documents} documents, batches of ${batchSize}, turnaround ${turnaroundSeconds} s`;
  process.stderr.write(`${contender}: ${conditions}: ${(wallMs / 1000).toFixed(1)} s\n`);
}
