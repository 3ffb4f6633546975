import type { FunctionCost } from '../ingestion.js';
import { noCost, type Cost } from '../run-totals.js';
import type { LedgerEntry } from './ledger-entry.js';
import type { SavingEntry } from './savings.js';

/** The share that one function has of an entry. `function`: null for what the entry does not say by function, such as an orphan. */
export interface LedgerShare extends SavingEntry, Pick<LedgerEntry, 'tokens'> {
  readonly function: string | null;
}

const noTokens: LedgerEntry['tokens'] = { input: 0, cached: 0, output: 0 };

/** The shares of an entry by function, which add up to it. */
export function sharesOf(entry: LedgerEntry): LedgerShare[] {
  const {
    kind,
    requests,
    tokens,
    cost,
    wasted,
    functions,
    ended = null,
    adopted = false,
    reprocessed = [],
    reused = [],
  } = entry;
  const { incomplete } = cost;
  const ofFunctions = functions.map((one): LedgerShare => ({
    function: one.function,
    kind,
    ended,
    adopted,
    requests: one.requests,
    tokens: { input: one.tokens.input, cached: one.tokens.cached ?? 0, output: one.tokens.output },
    cost: { ...one.cost, incomplete },
    wasted: one.unanswered ?? noCost,
    reprocessed: reprocessed.filter((each) => each.function === one.function),
  }));
  const ofReused = reused.map((one): LedgerShare => ({
    ...{ function: one.function, kind, ended, adopted, requests: 0, tokens: noTokens, cost: noCost, wasted: noCost },
    reused: [one],
  }));
  const rest: LedgerShare = {
    ...{ function: null, kind, ended, adopted },
    requests: requests - sum(functions, (one) => one.requests),
    tokens: {
      input: tokens.input - sum(functions, (one) => one.tokens.input),
      cached: tokens.cached - sum(functions, (one) => one.tokens.cached ?? 0),
      output: tokens.output - sum(functions, (one) => one.tokens.output),
    },
    cost: {
      ...restOf(
        cost,
        functions.map((one) => one.cost),
      ),
      incomplete,
    },
    wasted: restOf(
      wasted,
      functions.map((one) => one.unanswered ?? noCost),
    ),
    reprocessed: reprocessed.filter((each) => functions.every((one) => one.function !== each.function)),
  };
  const known = [...ofFunctions, ...ofReused];
  return isNothing(rest) ? known : [...known, rest];
}

function restOf(whole: Cost, parts: readonly Cost[]): Cost {
  return {
    nanoUsd: whole.nanoUsd - parts.reduce((total, part) => total + part.nanoUsd, 0),
    synchronousNanoUsd: whole.synchronousNanoUsd - parts.reduce((total, part) => total + part.synchronousNanoUsd, 0),
    incomplete: whole.incomplete,
  };
}

function isNothing({ requests, tokens, cost, wasted, reprocessed = [] }: LedgerShare): boolean {
  const counts = [requests, tokens.input, tokens.cached, tokens.output];
  const money = [cost.nanoUsd, cost.synchronousNanoUsd, wasted.nanoUsd, wasted.synchronousNanoUsd];
  return [...counts, ...money, reprocessed.length].every((one) => one === 0);
}

function sum(functions: readonly FunctionCost[], of: (one: FunctionCost) => number): number {
  return functions.reduce((total, one) => total + of(one), 0);
}
