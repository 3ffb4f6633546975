import type { RunReport } from '@batchmill/service';
import { count, stopwatch, usd } from './numbers.js';

export interface ProgressNow {
  readonly report: RunReport;
  /** Requests that a document makes when none is asked again. */
  readonly requestsPerDocument: number;
  readonly elapsedMs: number;
}

const labelWidth = 10;
const countWidth = 10;

/** How far a run is, as lines that are drawn anew: each at most `width` characters. */
export function progressRows({ report, requestsPerDocument, elapsedMs }: ProgressNow, width: number): string[] {
  const { progress, requests, tokens, cost } = report;
  const { claimed, submitted, settled, answered, givenUp, parked } = progress;
  const expected = Math.max(requests, claimed * requestsPerDocument);
  const ended = answered + givenUp;
  const sent = requests - progress.built;
  const row = (label: string, done: number, note: string): string =>
    bar({ label, done, of: expected, note }, width);
  const paid = cost.usd === null ? 'price unknown' : `${usd(cost.usd)} so far`;
  return [
    cut(`${'claimed'.padEnd(labelWidth)}  ${count(claimed)} documents${progress.scanEnded ? '' : ', looking for more'}`, width),
    row('built', requests, `of ${count(expected)} requests`),
    row('submitted', sent, submitted > 0 ? `${count(submitted)} at the provider` : settled > 0 ? `${count(settled)} coming home` : ''),
    row('answered', ended, givenUp > 0 ? `${count(givenUp)} given up` : parked > 0 ? `${count(parked)} parked` : ''),
    cut(`${stopwatch(elapsedMs).padEnd(labelWidth)}  ${count(tokens.input)} tokens in, ${count(tokens.output)} out, ${paid}`, width),
  ];
}

function bar({ label, done, of, note }: { label: string; done: number; of: number; note: string }, width: number): string {
  const noteWidth = 24;
  const room = Math.max(8, Math.min(60, width - labelWidth - countWidth - noteWidth - 6));
  const filled = of === 0 ? 0 : Math.min(room, Math.floor((done / of) * room));
  const drawn = '█'.repeat(filled) + '░'.repeat(room - filled);
  return cut(`${label.padEnd(labelWidth)}  ${drawn}  ${count(done).padStart(countWidth)}  ${note}`.trimEnd(), width);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(1, width - 1))}…`;
}
