import { Command } from 'commander';
import { estimateAsked } from '../estimate/estimate-asked.js';
import { askedBy, countFrom, withRunFlags, type RunFlags } from '../run-options.js';
import { estimateText } from '../show/estimate-text.js';
import { withLine } from '../with-engine.js';

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
  const result = await withLine((engine) => estimateAsked(engine, name, askedBy(flags), flags.documents));
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ pipeline: name, found: result.found, ...result.estimate })}\n`
      : estimateText(result),
  );
}
