import { Command } from 'commander';
import { estimateFromSample } from '../estimate/estimate-from-sample.js';
import { runOptionsFrom, parseCount, withRunFlags, type RunFlags } from '../run-options.js';
import { estimateText } from '../estimate/estimate-text.js';
import { withEngine } from '../with-engine.js';

interface Flags extends RunFlags {
  readonly documents?: number;
  readonly json?: true;
}

export function estimateCommand(): Command {
  const command = new Command('estimate')
    .description('the requests and the cost of a run, estimated from a sample of its documents; sends nothing')
    .argument('<pipeline>');
  return withRunFlags(command)
    .option('--documents <n>', 'estimate for this many documents instead of those found', parseCount)
    .option('--json', 'as JSON')
    .action(estimate);
}

async function estimate(name: string, flags: Flags): Promise<void> {
  const result = await withEngine((engine) => estimateFromSample(engine, name, runOptionsFrom(flags), flags.documents));
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ pipeline: name, found: result.claimableCount, ...result.estimate })}\n`
      : estimateText(result),
  );
}
