import { availableParallelism, cpus, totalmem } from 'node:os';
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

export function goalLines(goals: readonly Goal[]): string {
  return goals.map(({ name, found, isHit }) => `${isHit ? 'hit ' : 'MISS'}  ${name}: ${found}\n`).join('');
}

function figuresOf(measured: readonly Measured[] = []): string[] {
  if (measured.length === 0) return ['', '', ''];
  const of = (figure: (one: Measured) => number) => median(measured.map(figure));
  const peakBytes = of((one) => one.peakBytes);
  return [seconds(of(({ wallMs }) => wallMs)), seconds(of(({ cpuMs }) => cpuMs)), (peakBytes / 1e6).toFixed(0)];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
