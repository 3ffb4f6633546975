import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { casesOf, type Case } from './cases.ts';
import { goalsOf, type Result } from './goals.ts';
import { inTurns } from './in-turns.ts';
import { loadDocuments, loadPlainDocuments, measure, type Place } from './measure.ts';
import { preparePython, sdk } from './python.ts';
import { measureParsing, parsingGoals, parsingTable } from './parsing.ts';
import { measureRestarts, restartGoals } from './restart.ts';
import { casesTable, goalLines, machineLine } from './report.ts';

/*
 * `npm run bench [-- --quick] [--rounds 3]`: compares the engine with a plain script that uses the same stores, and with one in Python
 * with the official SDK and SQLite. A simulated provider answers at once unless the table shows a turnaround. It is a process of its
 * own and takes its share of the machine from each. The contenders take turns; every figure is the median of the rounds. Then the engine
 * is killed and started again, and result files of embeddings are parsed, in both encodings.
 */
const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
});
const sizes = values.quick
  ? { documents: 2_000, moreDocuments: 6_000, rows: 5_000 }
  : { documents: 20_000, moreDocuments: 60_000, rows: 50_000 };
const folder = await mkdtemp(join(tmpdir(), 'batchmill-bench-'));
try {
  process.stdout.write(machineLine());
  const python = {
    program: await preparePython(join(folder, 'python'), sdk),
    documentsFile: await loadPlainDocuments(folder, sizes.documents),
  };
  const files = new Map<number, string>();
  for (const documents of [sizes.documents, sizes.moreDocuments])
    files.set(documents, await loadDocuments(folder, documents));
  const results: Result[] = [];
  for (const one of casesOf(sizes)) {
    results.push(await resultOf(one, { folder, documentsFile: files.get(one.documents) ?? '', python }));
  }
  if (values.quick) process.stdout.write('Too few documents for the goals: they apply to the full bench.\n');
  const restarts = await measureRestarts(
    { folder, documentsFile: files.get(sizes.documents) ?? '' },
    Number(values.rounds),
  );
  const parsed = await measureParsing(sizes.rows, Number(values.rounds));
  const goals = [...goalsOf(results), ...restartGoals(restarts), ...parsingGoals(parsed)];
  process.stdout.write(`\n${casesTable(results)}\n${parsingTable(parsed)}\n${goalLines(goals)}`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function resultOf({ contenders, ...conditions }: Case, place: Place): Promise<Result> {
  if (process.stderr.isTTY) process.stderr.write(`${JSON.stringify(conditions)}\n`);
  const measured = await inTurns(
    Object.fromEntries(contenders.map((contender) => [contender, () => measure(contender, conditions, place)])),
    Number(values.rounds),
  );
  return { ...conditions, measured };
}
