import { availableParallelism, cpus, totalmem } from 'node:os';
import { usual } from './cases.ts';
import { goalsOf, type Result } from './goals.ts';
import { engineFlags, type Measured } from './measure.ts';
import { table } from './table.ts';

export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} cores (${model}), ${memory}, Node ${process.version}; the engine runs with ${engineFlags.join(' ')}\n`;
}

/** The time, documents per second and memory of every case, of the engine and of the plain script. */
export function casesTable(results: readonly Result[]): string {
  const head = ['documents', 'batch', 'turnaround', 'engine s', 'docs/s', 'MB', 'plain s', 'docs/s', 'MB', 'times'];
  const rows = results.map(({ documents, batchSize, turnaroundSeconds, pipeline, plain }) => [
    ...[String(documents), String(batchSize), `${turnaroundSeconds} s`],
    ...figuresOf(documents, pipeline),
    ...(plain === null ? [] : [...figuresOf(documents, plain), (pipeline.wallMs / plain.wallMs).toFixed(2)]),
  ]);
  return table([head, ...rows]);
}

/** The stages of the usual case. The engine's stages run at the same time, the plain script's steps one after another. */
export function stagesTable(results: readonly Result[]): string {
  const result = results.find(
    ({ batchSize, turnaroundSeconds }) =>
      batchSize === usual.batchSize && turnaroundSeconds === usual.turnaroundSeconds,
  );
  if (result === undefined) return '';
  return table([
    ['stage of the engine', 'busy s', 'step of the plain script', 's'],
    ...beside(stagesOf(result.pipeline), result.plain === null ? [] : stagesOf(result.plain)),
  ]);
}

export function goalLines(results: readonly Result[]): string {
  return goalsOf(results)
    .map(({ name, found, isHit }) => `${isHit ? 'hit ' : 'MISS'}  ${name}: ${found}\n`)
    .join('');
}

function figuresOf(documents: number, { wallMs, peakBytes }: Measured): string[] {
  const perSecond = documents / (wallMs / 1000);
  return [seconds(wallMs), perSecond.toFixed(0), (peakBytes / 1e6).toFixed(0)];
}

function stagesOf({ stagesMs, cpuMs, wallMs }: Measured): [string, string][] {
  const stages = Object.entries(stagesMs).map(([stage, ms]): [string, string] => [stage, seconds(ms)]);
  return [...stages, ['the whole process', seconds(wallMs)], ['its processor time', seconds(cpuMs)]];
}

function beside(left: readonly [string, string][], right: readonly [string, string][]): string[][] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [
    ...(left[index] ?? ['', '']),
    ...(right[index] ?? ['', '']),
  ]);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
