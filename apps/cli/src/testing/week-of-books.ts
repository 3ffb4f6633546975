import { addCost, dayOf, noCost, type Cost, type FunctionCost, type LedgerEntry } from '@batchmill/records';

const usd = (amount: number): Cost => {
  const nanoUsd = Math.round(amount * 1e9);
  return { nanoUsd, synchronousNanoUsd: 2 * nanoUsd, incomplete: false };
};

const gpt = { model: 'gpt-4o-mini', url: '/v1/chat/completions' } as const;
const embedding = { model: 'text-embedding-3-small', url: '/v1/embeddings' } as const;

function functionOf(name: string, requests: number, input: number, output: number, cost: Cost): FunctionCost {
  return { function: name, requests, tokens: { input, cached: 0, output }, cost, unanswered: noCost };
}

function entryOf(id: string, at: string, runId: string, rest: Partial<LedgerEntry>): LedgerEntry {
  const { functions = [] } = rest;
  const sum = (of: (one: FunctionCost) => number): number => functions.reduce((total, one) => total + of(one), 0);
  return {
    ...{ _id: id, kind: 'batch', runId, pipeline: 'reports', batchId: `${runId}.c1.b1`, providerBatchId: id },
    ...{ account: 'a', ...embedding, labels: { team: 'search' }, at: new Date(at), day: dayOf(new Date(at)) },
    requests: sum((one) => one.requests),
    tokens: { input: sum(({ tokens }) => tokens.input), cached: 0, output: sum(({ tokens }) => tokens.output) },
    cost: functions.reduce((total, one) => addCost(total, one.cost), noCost),
    ...{
      functions,
      wasted: noCost,
      prices: 'genai-prices 0.1.8',
      difference: null,
      ended: 'completed',
      adopted: false,
    },
    ...rest,
  };
}

/** The ledger after a week: two pipelines, one adopted batch, one that expired, an orphan, and answers that were used later and once more. */
export const weekOfBooks: readonly LedgerEntry[] = [
  entryOf('batch_1', '2026-11-23T08:00:00Z', 'embed-1', {
    functions: [functionOf('embeddings', 20_000, 24_000_000, 0, usd(0.24))],
  }),
  entryOf('batch_2', '2026-11-24T08:00:00Z', 'embed-2', {
    functions: [functionOf('embeddings', 8_000, 9_600_000, 0, usd(0.096))],
    adopted: true,
  }),
  entryOf('batch_3', '2026-11-25T08:00:00Z', 'answer-1', {
    ...{ ...gpt, labels: { team: 'news' }, pipeline: 'stories', wasted: usd(0.12) },
    functions: [
      { ...functionOf('summary', 4_000, 6_000_000, 800_000, usd(0.69)), unanswered: usd(0.09) },
      { ...functionOf('topics', 4_000, 6_000_000, 200_000, usd(0.51)), unanswered: usd(0.03) },
    ],
    reprocessed: [functionOf('summary', 400, 600_000, 80_000, usd(0.069))],
  }),
  entryOf('batch_4', '2026-11-26T08:00:00Z', 'answer-2', {
    ...{ ...gpt, labels: { team: 'news' }, pipeline: 'stories', ended: 'expired', wasted: usd(0.02) },
    functions: [{ ...functionOf('summary', 1_000, 1_500_000, 200_000, usd(0.1725)), unanswered: usd(0.02) }],
  }),
  entryOf('batch_5', '2026-11-26T09:00:00Z', 'answer-2', {
    ...{ ...gpt, labels: { team: 'news' }, pipeline: 'stories', kind: 'orphan' },
    ...{
      requests: 100,
      tokens: { input: 150_000, cached: 0, output: 20_000 },
      cost: usd(0.01725),
      wasted: usd(0.01725),
    },
  }),
  entryOf('answer-3.c1.b1.reused', '2026-11-27T08:00:00Z', 'answer-3', {
    ...{ ...gpt, labels: { team: 'news' }, pipeline: 'stories', kind: 'reused', ended: null },
    reused: [functionOf('summary', 500, 750_000, 100_000, usd(0.08625))],
  }),
];
