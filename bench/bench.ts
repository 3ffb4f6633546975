import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { casesOf, type Case } from './cases.ts';
import type { Result } from './goals.ts';
import { loadDocuments, measure, type Contender, type Measured } from './measure.ts';
import { casesTable, goalLines, machineLine, stagesTable } from './report.ts';

/*
 * `npm run bench [-- --quick]`: compares the engine with a plain script that does the same. Both use the embedded stores
 * and a simulated provider, which answers at once unless the table shows a turnaround. The provider is a separate process
 * and takes its share of the machine from both.
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
  if (quick) process.stdout.write('Too few documents for the goals: they apply to the full bench.\n');
  process.stdout.write(`\n${casesTable(results)}\n${stagesTable(results)}\n${goalLines(results)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function resultOf(one: Case, documentsFile: string): Promise<Result> {
  const best: Partial<Record<Contender, Measured>> = {};
  for (let time = 0; time < one.times; time += 1) {
    for (const contender of one.contenders) {
      const measured = await measure(contender, one, { folder, documentsFile });
      printProgress(contender, one, measured);
      best[contender] = better(best[contender], measured);
    }
  }
  const { documents, batchSize, turnaroundSeconds } = one;
  if (best.pipeline === undefined) throw new Error('a case without the engine');
  return { documents, batchSize, turnaroundSeconds, pipeline: best.pipeline, plain: best.plain ?? null };
}

/** The measurement with the shorter time, and the larger memory of both. */
function better(previous: Measured | undefined, measured: Measured): Measured {
  if (previous === undefined) return measured;
  const peakBytes = Math.max(previous.peakBytes, measured.peakBytes);
  return { ...(previous.wallMs <= measured.wallMs ? previous : measured), peakBytes };
}

function printProgress(
  contender: Contender,
  { documents, batchSize, turnaroundSeconds }: Case,
  { wallMs }: Measured,
): void {
  if (!process.stderr.isTTY) return;
  const conditions = `${documents} documents, batches of ${batchSize}, turnaround ${turnaroundSeconds} s`;
  process.stderr.write(`${contender}: ${conditions}: ${(wallMs / 1000).toFixed(1)} s\n`);
}
