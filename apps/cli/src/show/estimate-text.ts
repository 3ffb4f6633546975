import type { EstimateOfAsked } from '../estimate/estimate-asked.js';
import { count, usd } from './amounts.js';
import { screenColumns } from './screen-columns.js';
import { table, type Column } from './table.js';

const columns: readonly Column[] = [
  { title: 'MODEL' },
  { title: 'REQUESTS', right: true },
  { title: 'BATCHES', right: true, spare: 2 },
  { title: 'TOKENS IN', right: true, spare: 1 },
  { title: 'OUT AT MOST', right: true, spare: 3 },
  { title: 'BATCH', right: true },
  { title: 'SYNCHRONOUS', right: true },
  { title: 'SAVED', right: true },
];

/** A table with a row per model, below what was found. */
export function estimateText({ pipeline, found, others, redo, estimate }: EstimateOfAsked): string {
  const kind =
    redo === undefined ? 'pending' : redo === 'failed' ? 'pending or failed' : 'pending, completed or failed';
  if (found === 0) {
    const why = others === 0 ? 'no document matches' : `${count(others)} documents match, and none of them is ${kind}`;
    return `${pipeline}: ${why}; there is nothing to estimate from\n`;
  }
  const total = estimate.models.length > 1 ? [{ ...estimate, model: 'in all' }] : [];
  const rows = [...estimate.models, ...total].map((one) => [
    one.model,
    count(one.requests),
    count(one.batches),
    count(one.inputTokens),
    count(one.maxOutputTokens),
    usd(one.usd),
    usd(one.synchronousUsd),
    usd(one.savedUsd),
  ]);
  const asIf = estimate.documents === found ? '' : `, as if there were ${count(estimate.documents)}`;
  const { unpriced } = estimate;
  const gap =
    unpriced.length === 0 ? '' : `no price is known for ${unpriced.join(', ')}; BATCHMILL_PRICES can say it\n`;
  return `${pipeline}: ${count(found)} documents ${kind}${asIf}\n${table(columns, rows, screenColumns())}${gap}`;
}
