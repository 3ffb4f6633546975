import { usdOf } from '@batchmill/models';
import { paidOf, savedOf, wastedOf, type Savings } from '@batchmill/records';
import { formatCount, formatUsd } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine } from '../show/terminal.js';
import type { CostGrouping } from './cost-grouping.js';
import type { CostSum, Costs } from './sum-costs.js';
import { unpricedText } from './unpriced-work.js';

const keyTitles: Readonly<Record<string, string>> = { providerBatch: 'PROVIDER BATCH' };
/** What a narrow terminal does without: it does not tell groups apart, or hardly. */
const spareKeys: Readonly<Record<string, number>> = { 'run pipeline': 5, 'batch kind': 5, 'batch providerBatch': 6 };

/** The groups as a table with a row for all of them, and what is in no sum. */
export function costsText({ groups, total, unpriced }: Costs, grouping: CostGrouping, maxColumns: number): string {
  if (total.requests === 0 && groups.length === 0) return 'nothing was billed\n';
  const isUnpriced = unpriced.length > 0;
  const columns: Column[] = [
    ...grouping.keys.map((key): Column => {
      const spare = spareKeys[`${grouping.by} ${key}`];
      return { title: titleOf(key), ...(spare !== undefined && { spare }) };
    }),
    { title: 'REQUESTS', right: true, spare: 2 },
    { title: 'TOKENS IN', right: true, spare: 3 },
    { title: 'CACHED', right: true, spare: 4 },
    { title: 'OUT', right: true, spare: 3 },
    { title: 'COST', right: true },
    { title: 'SYNCHRONOUS', right: true, spare: 1 },
    { title: 'SAVED', right: true },
    { title: 'WASTED', right: true },
    ...(isUnpriced ? [{ title: 'UNPRICED', right: true } as const] : []),
  ];
  const row = (key: readonly string[], sum: CostSum): string[] => [
    ...key,
    ...cellsOf(sum),
    ...(isUnpriced ? [formatCount(sum.savings.counts.unpriced)] : []),
  ];
  const none = grouping.by === 'function' ? '(of none)' : '(none)';
  const rows = groups.map(({ key, ...sum }) =>
    row(
      key.map((part) => sanitizeLine(part ?? none)),
      sum,
    ),
  );
  const last = row(['total', ...grouping.keys.slice(1).map(() => '')], total);
  return `${table(columns, [...rows, last], maxColumns)}${unpricedText(unpriced)}`;
}

function titleOf(key: string): string {
  return keyTitles[key] ?? key.toUpperCase();
}

function cellsOf({ requests, tokens, savings }: CostSum): string[] {
  const counts = [requests, tokens.input, tokens.cached, tokens.output].map(formatCount);
  return [
    ...counts,
    ...moneyOf(requests, savings).map((nanoUsd) => formatUsd(nanoUsd === null ? null : usdOf(nanoUsd))),
  ];
}

/** Cost, synchronous price of the answers that are used, saved and wasted, in nano-dollars; null where no price is known. */
export function moneyOf(requests: number, savings: Savings): readonly (number | null)[] {
  const isKnown = requests === 0 || savings.counts.unpriced < requests;
  if (!isKnown) return [null, null, null, null];
  return [paidOf(savings), savings.synchronousPrice, savedOf(savings), wastedOf(savings)];
}
