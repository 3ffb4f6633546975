import { estimatePipeline } from '@batchmill/service';
import { Command, Option } from 'commander';
import { estimateJson } from '../estimate/estimate-json.js';
import { estimateText } from '../estimate/estimate-text.js';
import { runOptionsFrom, parseCount, withRunFlags, type RunFlags } from '../run-options.js';
import { printJson } from '../show/output.js';
import { withEngine } from '../with-engine.js';

interface Flags extends RunFlags {
  readonly documents?: number;
  readonly exact?: true;
  readonly json?: true;
}

export function estimateCommand(): Command {
  const command = new Command('estimate').argument('<pipeline>');
  const documents = new Option('--documents <n>', 'estimate for this many documents instead of those found');
  const exact = new Option('--exact', 'make the requests of every document, and not those of a sample');
  return withRunFlags(command)
    .addOption(documents.argParser(parseCount))
    .addOption(exact.conflicts('documents'))
    .option('--json', 'as JSON')
    .action(estimate);
}

async function estimate(name: string, flags: Flags): Promise<void> {
  const result = await withEngine((engine) => estimatePipeline(engine, name, runOptionsFrom(flags), flags));
  if (flags.json) printJson(estimateJson(result));
  else process.stdout.write(estimateText(result));
}
