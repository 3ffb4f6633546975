import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PlayedRun } from './note-run.ts';

/*
 * Plays runs of the fault matrix, or those of another suite (`--suite spending`, `--suite days`), and prints a summary. `--seed N` is the
 * first seed, and alone the only one; `--runs N` is how many there are. A seed decides everything: the faults, their values, the
 * moments of kills and freezes.
 */
const { values } = parseArgs({
  options: { seed: { type: 'string' }, runs: { type: 'string' }, suite: { type: 'string', default: 'faults' } },
});
const { suite } = values;
const usualRuns: Readonly<Record<string, string>> = { faults: '600', spending: '200', days: '4' };
const first = countOf('seed', values.seed ?? '0');
const runs = countOf('runs', values.runs ?? (values.seed === undefined ? (usualRuns[suite] ?? '1') : '1'));
const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'batchmill-fault-matrix-'));
const results = join(folder, 'runs.jsonl');
writeFileSync(results, '');

const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const startedMs = performance.now();
const playing = spawn(process.execPath, [...jest, '--config', `jest.${suite}.config.js`], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FAULTS_SEED: String(first), FAULTS_RUNS: String(runs), FAULTS_RESULTS: results },
});
const [code] = (await once(playing, 'exit')) as [number | null];
const lines = readFileSync(results, 'utf8')
  .split('\n')
  .filter((line) => line !== '');
rmSync(folder, { recursive: true });
printSummary(lines.map((line) => JSON.parse(line) as PlayedRun)); // written by note-run.ts
process.exitCode = code ?? 1;

function countOf(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name}: found ${JSON.stringify(text)}, expected a whole number`);
}

function printSummary(played: readonly PlayedRun[]): void {
  const faults = new Set(played.flatMap((run) => run.faults));
  const pairs = new Set(played.filter((run) => run.faults.length > 1).map((run) => run.faults.join(' and ')));
  const sum = (of: (run: PlayedRun) => number): number => played.reduce((total, run) => total + of(run), 0);
  const wrong = played.filter(({ problems }) => problems.length > 0);
  const rows: readonly (readonly [string, string])[] = [
    ['runs', `${played.length} of ${runs}`],
    ['wrong', wrong.length === 0 ? '0' : `${wrong.length}: seeds ${wrong.map(({ seed }) => seed).join(', ')}`],
    [
      'seconds',
      `${((performance.now() - startedMs) / 1000).toFixed(0)} (each ${(sum(({ seconds }) => seconds) / Math.max(1, played.length)).toFixed(1)})`,
    ],
    ['faults that fired', String(faults.size)],
    ['pairs that fired', String(pairs.size)],
    ['kills', String(sum(({ kills }) => kills))],
    ['freezes', String(sum(({ freezes }) => freezes))],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  process.stdout.write(`\n${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('')}`);
  for (const { seed, problems } of wrong) {
    process.stdout.write(`\n${problems.join('\n')}\nto play it again: npm run test:${suite} -- --seed ${seed}\n`);
  }
}
