import { addSavings, noSavings, paidOf, type LedgerEntry, type Savings } from '@batchmill/records';
import type { CostGrouping, CostKey, EntryShare } from './cost-grouping.js';
import { UnpricedWork, type UnpricedModel } from './unpriced-work.js';

export interface CostSum {
  readonly requests: number;
  readonly tokens: LedgerEntry['tokens'];
  readonly savings: Savings;
}

export interface CostGroup extends CostSum {
  readonly key: CostKey;
}

export interface Costs {
  readonly groups: readonly CostGroup[];
  /** Of everything, whatever it is grouped by. */
  readonly total: CostSum;
  readonly unpriced: readonly UnpricedModel[];
}

const nothing: CostSum = { requests: 0, tokens: { input: 0, cached: 0, output: 0 }, savings: noSavings };

/** Sums up entries one by one. Only the groups are kept. `isPriced`: whether the price of a model is known at a time. */
export async function sumCosts(
  entries: AsyncIterable<LedgerEntry>,
  grouping: CostGrouping,
  isPriced: (model: string, at: Date) => boolean,
): Promise<Costs> {
  const groups = new Map<string, CostGroup>();
  const unpriced = new UnpricedWork(isPriced);
  let total = nothing;
  for await (const entry of entries) {
    total = added(total, entry);
    unpriced.add(entry);
    for (const { key, share } of grouping.groupsOf(entry)) {
      const id = JSON.stringify(key);
      groups.set(id, { key, ...added(groups.get(id) ?? nothing, share) });
    }
  }
  return { groups: inOrder([...groups.values()], grouping), total, unpriced: unpriced.models };
}

function added({ requests, tokens, savings }: CostSum, share: EntryShare): CostSum {
  return {
    requests: requests + share.requests,
    tokens: {
      input: tokens.input + share.tokens.input,
      cached: tokens.cached + share.tokens.cached,
      output: tokens.output + share.tokens.output,
    },
    savings: addSavings(savings, share),
  };
}

/** Entries come the oldest first. */
function inOrder(groups: readonly CostGroup[], { isInTime }: CostGrouping): readonly CostGroup[] {
  return isInTime ? groups : groups.toSorted((one, other) => paidOf(other.savings) - paidOf(one.savings));
}
