import { join } from 'node:path';
import { outputOf, startChild } from './child.ts';
import type { Goal } from './goals.ts';
import { inTurns, median } from './in-turns.ts';
import { engineFlags } from './measure.ts';
import { table } from './table.ts';

/** Rows in a second of processor time, by the encoding of their vectors. */
const leastPerSecond = { floats: 12_000, base64: 60_000 } as const;
const mostPeakBytes = 300e6;
const timeoutMs = 300_000;

type Encoding = keyof typeof leastPerSecond;

/** What `parse-results.ts` prints. */
interface Parsed {
  /** Rows in a second of processor time. */
  readonly perSecond: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** How quickly result files of so many embeddings are parsed, each in a process of its own. */
export async function measureParsing(rows: number, rounds: number): Promise<ReadonlyMap<string, readonly Parsed[]>> {
  const program = join(import.meta.dirname, 'parse-results.ts');
  const parse = (encoding: Encoding) => async () => {
    const child = startChild([...engineFlags, program, encoding, String(rows)]);
    return JSON.parse(await outputOf(child, timeoutMs)) as Parsed;
  };
  return inTurns({ floats: parse('floats'), base64: parse('base64') }, rounds);
}

export function parsingTable(parsed: ReadonlyMap<string, readonly Parsed[]>): string {
  const rows = [...parsed].map(([encoding, measured]) => [
    ...[encoding, medianOf(measured, 'perSecond').toFixed(0)],
    ...[megabytes(medianOf(measured, 'bytes')), megabytes(medianOf(measured, 'peakBytes'))],
  ]);
  return table([['parsing of embeddings as', 'rows per processor s', 'MB of the file', 'MB'], ...rows]);
}

export function parsingGoals(parsed: ReadonlyMap<string, readonly Parsed[]>): Goal[] {
  return Object.entries(leastPerSecond).flatMap(([encoding, least]) => {
    const measured = parsed.get(encoding) ?? [];
    const [perSecond, peakBytes] = [medianOf(measured, 'perSecond'), medianOf(measured, 'peakBytes')];
    return [
      {
        name: `embeddings as ${encoding}: at least ${least} rows are parsed in a second of processor time`,
        found: perSecond.toFixed(0),
        isHit: perSecond >= least,
      },
      {
        name: `embeddings as ${encoding}: at most ${megabytes(mostPeakBytes)} MB`,
        found: `${megabytes(peakBytes)} MB`,
        isHit: peakBytes <= mostPeakBytes,
      },
    ];
  });
}

function medianOf(measured: readonly Parsed[], figure: keyof Parsed): number {
  return median(measured.map((one) => one[figure]));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
