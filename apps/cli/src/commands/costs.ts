import { ValidationError } from '@batchmill/contracts';
import { Command } from 'commander';
import { ledgerQuery, withCostFilter, type CostFilterFlags } from '../costs/cost-filter.js';
import { costGroupings, parseGrouping, type CostGrouping } from '../costs/cost-grouping.js';
import { costsCsv, costsJson } from '../costs/costs-json.js';
import { costsText } from '../costs/costs-text.js';
import { sumCosts } from '../costs/sum-costs.js';
import { printJson } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { withRecords } from '../with-engine.js';

interface Flags extends CostFilterFlags {
  readonly by?: CostGrouping;
  readonly csv?: true;
  readonly json?: true;
}

export function costsCommand(): Command {
  const command = new Command('costs').option(
    '--by <what>',
    `one of ${costGroupings.join(', ')}, or label:NAME (default: pipeline)`,
    parseGrouping,
  );
  return withCostFilter(command).option('--csv', 'as CSV, without the total').option('--json', 'as JSON').action(costs);
}

async function costs({ by = parseGrouping('pipeline'), csv, json, ...filter }: Flags): Promise<void> {
  if (csv === true && json === true)
    throw new ValidationError('command.choice', 'found --csv and --json, expected one of them');
  const { found, query } = await withRecords(async ({ ledger, clock, engineSettings: { prices } }) => {
    const query = ledgerQuery(filter, clock.now());
    const isPriced = (model: string, at: Date): boolean => prices.priceOf(model, at) !== null;
    return { found: await sumCosts(ledger.entries(query), by, isPriced), query };
  });
  if (json) printJson(costsJson(found, by, query));
  else process.stdout.write(csv ? costsCsv(found, by) : costsText(found, by, terminalColumns()));
}
