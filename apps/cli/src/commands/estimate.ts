import { estimateRun, planRun, renderRequests, type Estimate, type RenderedRequest } from '@batchmill/pipeline';
import { claimableFilter } from '@batchmill/records';
import { Command } from 'commander';
import { askedBy, countFrom, withRunFlags, type RunFlags } from '../run-options.js';
import { count, usd } from '../show/amounts.js';
import { table } from '../show/table.js';
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

async function estimate(name: string, flags: Flags): Promise<void> {
  const asked = askedBy(flags);
  const { found, result } = await withLine(async (line) => {
    const plan = planRun(line.pipelines.get(name), asked);
    const documents = line.documents.of(plan);
    const among =
      asked.documents === undefined ? {} : { [plan.pipeline.source.documentIdField]: { $in: asked.documents } };
    const filter = { $and: [plan.filter, claimableFilter(plan, line.clock.now()), among] };
    const pending = Math.min(asked.limit ?? Infinity, await documents.count(filter));
    const requests: RenderedRequest[] = [];
    let sampled = 0;
    for await (const document of documents.find(filter, { sort: { _id: 1 }, limit: sampleSize })) {
      sampled += 1;
      requests.push(...renderRequests(plan, document, plan.functions).requests);
    }
    return {
      found: pending,
      result: estimateRun(plan, {
        documents: flags.documents ?? pending,
        sample: { documents: sampled, requests },
        at: line.clock.now(),
        overrides: line.line.prices,
      }),
    };
  });
  process.stdout.write(
    flags.json ? `${JSON.stringify({ pipeline: name, found, ...result })}\n` : shown(name, found, result),
  );
}

function shown(name: string, found: number, estimate: Estimate): string {
  if (found === 0) return `${name}: nothing is pending, so there is nothing to estimate from\n`;
  const rows = [...estimate.models, { ...estimate, model: 'in all' }].map((one) => [
    one.model,
    count(one.requests),
    count(one.batches),
    count(one.inputTokens),
    count(one.maxOutputTokens),
    usd(one.usd),
    usd(one.synchronousUsd),
    usd(one.savedUsd),
  ]);
  const head = ['MODEL', 'REQUESTS', 'BATCHES', 'TOKENS IN', 'OUT AT MOST', 'BATCH', 'SYNCHRONOUS', 'SAVED'];
  const unpriced =
    estimate.unpriced.length === 0
      ? ''
      : `no price is known for ${estimate.unpriced.join(', ')}; BATCHMILL_PRICES can say it\n`;
  return `${name}: ${count(estimate.documents)} documents (${count(found)} are pending)\n${table(head, rows, screenColumns())}${unpriced}`;
}
