import { Command } from 'commander';
import { ledgerQuery, withCostFilter, type CostFilterFlags } from '../costs/cost-filter.js';
import { parseGrouping } from '../costs/cost-grouping.js';
import { savingsJson, savingsText } from '../costs/savings-text.js';
import { sumCosts } from '../costs/sum-costs.js';
import { printJson } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { withRecords } from '../with-engine.js';

interface Flags extends CostFilterFlags {
  readonly json?: true;
}

export function savingsCommand(): Command {
  const command = new Command('savings');
  return withCostFilter(command).option('--json', 'as JSON').action(savings);
}

async function savings({ json, ...filter }: Flags): Promise<void> {
  const { found, query } = await withRecords(async ({ ledger, clock, engineSettings: { prices } }) => {
    const query = ledgerQuery(filter, clock.now());
    const isPriced = (model: string, at: Date): boolean => prices.priceOf(model, at) !== null;
    return { found: await sumCosts(ledger.entries(query), parseGrouping('pipeline'), isPriced), query };
  });
  const { total, unpriced } = found;
  if (json) printJson(savingsJson(total.savings, unpriced, query));
  else process.stdout.write(savingsText(total.savings, unpriced, terminalColumns()));
}
