import { availableParallelism, cpus, totalmem } from 'node:os';
import { usual } from './cases.ts';
import type { Goal, Result } from './goals.ts';
import { median, timesOf } from './in-turns.ts';
import { engineFlags, type Measured } from './measure.ts';
import { table } from './table.ts';

export function machineLine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} cores (${model}), ${memory}, Node ${process.version}; the engine runs with ${engineFlags.join(' ')}\n`;
}

/** Medians of every case: the time, the processor time and the memory, and how many times the plain script's the engine's are. */
export function casesTable(results: readonly Result[]): string {
  const contenders = ['engine', 'plain', 'python'];
  const head = ['documents', 'batch', 'turnaround', ...contenders.flatMap((name) => [`${name} s`, 'cpu s', 'MB'])];
  const rows = results.map(({ documents, batchSize, turnaroundSeconds, measured }) => {
    const engine = measured.get('engine') ?? [];
    const plain = measured.get('plain') ?? [];
    const times = (figure: 'wallMs' | 'cpuMs') =>
      timesOf(engine, plain, (one, base) => one[figure] / base[figure]).times.toFixed(2);
    return [
      ...[String(documents), String(batchSize), `${turnaroundSeconds} s`],
      ...contenders.flatMap((name) => figuresOf(measured.get(name))),
      ...(plain.length === 0 ? [] : [times('wallMs'), times('cpuMs')]),
    ];
  });
  return table([[...head, 'times', 'cpu times'], ...rows]);
}

/** The stages of the usual case. The engine's stages run at the same time, a script's steps one after another. */
export function stagesTable(results: readonly Result[]): string {
  const result = results.find(
    ({ batchSize, turnaroundSeconds }) =>
      batchSize === usual.batchSize && turnaroundSeconds === usual.turnaroundSeconds,
  );
  const [engine, plain] = [result?.measured.get('engine')?.[0], result?.measured.get('plain')?.[0]];
  if (engine === undefined || plain === undefined) return '';
  return table([
    ['stage of the engine', 'busy s', 'step of the plain script', 's'],
    ...beside(stagesOf(engine), stagesOf(plain)),
  ]);
}

export function goalLines(goals: readonly Goal[]): string {
  return goals.map(({ name, found, isHit }) => `${isHit ? 'hit ' : 'MISS'}  ${name}: ${found}\n`).join('');
}

function figuresOf(measured: readonly Measured[] = []): string[] {
  if (measured.length === 0) return ['', '', ''];
  const of = (figure: (one: Measured) => number) => median(measured.map(figure));
  const peakBytes = of((one) => one.peakBytes);
  return [seconds(of(({ wallMs }) => wallMs)), seconds(of(({ cpuMs }) => cpuMs)), (peakBytes / 1e6).toFixed(0)];
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
