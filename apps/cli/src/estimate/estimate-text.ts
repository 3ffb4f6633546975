import { formatCount, formatQuantity, formatUsd } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';
import type { SampledEstimate } from './estimate-from-sample.js';

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

const statuses = { none: 'pending', failed: 'pending or failed', all: 'pending, completed or failed' } as const;

/** The number of documents, and a table with a row per model. */
export function estimateText({ pipeline, claimableCount, others, redo, estimate }: SampledEstimate): string {
  const status = statuses[redo ?? 'none'];
  if (claimableCount === 0) {
    const reason =
      others === 0
        ? 'no document matches'
        : others === 1
          ? `1 document matches, and it is not ${status}`
          : `${formatCount(others)} documents match, and none of them is ${status}`;
    return `${pipeline}: ${reason}; there is nothing to estimate from\n`;
  }
  const total = estimate.models.length > 1 ? [{ ...estimate, model: 'in all' }] : [];
  const rows = [...estimate.models, ...total].map((row) => [
    row.model,
    formatCount(row.requests),
    formatCount(row.batches),
    formatCount(row.inputTokens),
    formatCount(row.maxOutputTokens),
    formatUsd(row.usd),
    formatUsd(row.synchronousUsd),
    formatUsd(row.savedUsd),
  ]);
  const asIf = estimate.documents === claimableCount ? '' : `, estimated for ${formatCount(estimate.documents)}`;
  const head = `${pipeline}: ${formatQuantity(claimableCount, 'document')} ${status}${asIf}\n`;
  return `${head}${table(columns, rows, terminalColumns())}${unpricedText(estimate.unpriced)}`;
}

/** Empty when every model has a price. */
export function unpricedText(models: readonly string[]): string {
  return models.length === 0 ? '' : `no price is known for ${models.join(', ')}; set it in BATCHMILL_PRICES\n`;
}
