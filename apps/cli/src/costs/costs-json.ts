import { exactUsd } from '../show/format.js';
import { usdOf } from '@batchmill/models';
import type { LedgerQuery } from '@batchmill/records';
import { stringify } from 'csv-stringify/sync';
import { queryJson } from './cost-filter.js';
import type { CostGrouping } from './cost-grouping.js';
import { moneyOf } from './costs-text.js';
import type { CostSum, Costs } from './sum-costs.js';

/** The JSON of `costs --json`. */
export function costsJson(
  { groups, total, unpriced }: Costs,
  grouping: CostGrouping,
  query: LedgerQuery,
): Record<string, unknown> {
  return {
    by: grouping.by,
    ...queryJson(query),
    groups: groups.map(({ key, ...sum }) => ({
      ...Object.fromEntries(grouping.keys.map((name, index) => [name, key[index] ?? null])),
      ...sumJson(sum),
    })),
    total: sumJson(total),
    unpriced,
  };
}

function sumJson({ requests, tokens, savings }: CostSum): Record<string, unknown> {
  const [costUsd, synchronousUsd, savedUsd, wastedUsd] = moneyOf(requests, savings).map((nanoUsd) =>
    nanoUsd === null ? null : usdOf(nanoUsd),
  );
  const { unpriced } = savings.counts;
  return { requests, tokens, costUsd, synchronousUsd, savedUsd, wastedUsd, unpricedRequests: unpriced };
}

/** The same as CSV, a line per group. Money has nine decimals, which is exact. A text that a spreadsheet would run is escaped. */
export function costsCsv({ groups }: Costs, { keys }: CostGrouping): string {
  const counts = ['requests', 'tokens_in', 'tokens_cached', 'tokens_out'];
  const money = ['cost_usd', 'synchronous_usd', 'saved_usd', 'wasted_usd'];
  const header = [...keys.map((key) => (key === 'providerBatch' ? 'provider_batch' : key)), ...counts, ...money];
  const rows = groups.map(({ key, requests, tokens, savings }) => [
    ...key,
    ...[requests, tokens.input, tokens.cached, tokens.output],
    ...moneyOf(requests, savings).map((nanoUsd) => (nanoUsd === null ? null : { usd: exactUsd(nanoUsd) })),
    savings.counts.unpriced,
  ]);
  return stringify([[...header, 'unpriced_requests'], ...rows], {
    escape_formulas: true,
    cast: { object: (value) => ({ value: (value as { usd: string }).usd, escape_formulas: false }) },
  });
}
