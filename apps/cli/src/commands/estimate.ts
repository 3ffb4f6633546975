import { estimateRun, planRun, renderRequests, type Estimate } from '@batchmill/pipeline';
import { Command } from 'commander';
import { documentsAskedFor } from '../estimate/documents-asked-for.js';
import { sampleDocuments } from '../estimate/sample-documents.js';
import { askedBy, countFrom, withRunFlags, type RunFlags } from '../run-options.js';
import { count, usd } from '../show/amounts.js';
import { table, type Column } from '../show/table.js';
import { screenColumns } from '../show/screen-columns.js';
import { withLine } from '../with-line.js';

const sampleSize = 200;

interface Flags extends RunFlags {
  readonly documents?: number;
  readonly json?: true;
}

export function estimateCommand(): Command {
  const command = new Command('estimate')
    .description('what a run would ask and cost, from a sample of its documents; spends nothing')
    .argument('<pipeline>');
  return withRunFlags(command)
    .option('--documents <n>', 'as if there were so many', countFrom)
    .option('--json', 'as JSON')
    .action(estimate);
}

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

interface Found {
  /** Of the documents that are asked for, those that a run would take now. */
  readonly pending: number;
  /** Those that it would not: done, taken, failed, or waiting. */
  readonly others: number;
}

async function estimate(name: string, flags: Flags): Promise<void> {
  const asked = askedBy(flags);
  const { found, result } = await withLine(async (line) => {
    const plan = planRun(line.pipelines.get(name), asked);
    const documents = line.documents.of(plan);
    const { wanted, claimable } = documentsAskedFor(plan, asked, line.clock.now());
    const all = await documents.count(claimable);
    const pending = Math.min(asked.limit ?? Infinity, all);
    const sample = await sampleDocuments(documents, claimable, { size: sampleSize, among: pending });
    const rendered = await Promise.all(sample.map((document) => renderRequests(plan, document, plan.functions)));
    const requests = rendered.flatMap((one) => one.requests);
    return {
      found: { pending, others: (await documents.count(wanted)) - all },
      result: estimateRun(plan, {
        documents: flags.documents ?? pending,
        sample: { documents: sample.length, requests },
        at: line.clock.now(),
        overrides: line.line.prices,
      }),
    };
  });
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ pipeline: name, found: found.pending, ...result })}\n`
      : estimateText(name, found, result),
  );
}

function estimateText(name: string, { pending, others }: Found, estimate: Estimate): string {
  if (pending === 0) {
    const why = others === 0 ? 'no document matches' : `${count(others)} documents match, and none of them is pending`;
    return `${name}: ${why}; there is nothing to estimate from\n`;
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
  const asIf = estimate.documents === pending ? '' : `, as if there were ${count(estimate.documents)}`;
  const { unpriced } = estimate;
  const gap =
    unpriced.length === 0 ? '' : `no price is known for ${unpriced.join(', ')}; BATCHMILL_PRICES can say it\n`;
  return `${name}: ${count(pending)} documents pending${asIf}\n${table(columns, rows, screenColumns())}${gap}`;
}
