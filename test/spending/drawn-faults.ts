import type { FaultRule } from '@batchmill/simulator';

interface Draw {
  readonly pick: <T>(items: readonly T[]) => T;
  /** A whole number from 0. */
  readonly below: (count: number) => number;
}

/** A fault that changes what is billed, or what is known of it, and what it excuses. */
export interface DrawnFault {
  readonly name: string;
  readonly rules: (draw: Draw) => FaultRule[];
  /** The codes with which documents may fail. */
  readonly fails?: readonly string[];
  /** Documents may stay pending though there is money for them. */
  readonly leaves?: boolean;
  /** Answers that were billed may be requested again. */
  readonly billsUnused?: boolean;
}

const unanswered = ['provider.unanswered-request'];
const missing = ['provider.missing-result'];

export const drawnFaults: readonly DrawnFault[] = [
  {
    name: 'a create answer is lost',
    rules: ({ below }) => [{ on: 'batches.create', what: 'drop-answer', times: 1 + below(3) }],
  },
  {
    name: 'an orphan appears late',
    rules: ({ pick, below }) => [
      { on: 'batches.create', what: 'drop-answer', times: 1 + below(2) },
      { on: 'batches.list', what: 'stale', value: pick([2, 8, '300s', '7200s']) },
    ],
    billsUnused: true,
  },
  {
    name: 'a batch expires',
    rules: ({ pick, below }) => [{ on: 'batch', what: 'expire', value: pick([0, 50, 100]), times: 1 + below(2) }],
    leaves: true,
  },
  {
    name: 'a batch stalls until it expires',
    rules: ({ pick }) => [{ on: 'batch', what: 'stall', value: pick([0, 40]), times: 1 }],
    leaves: true,
  },
  {
    name: 'a batch is forgotten',
    rules: ({ pick }) => [
      { on: 'batch', what: 'forget', times: 1, ...pick([{ value: 3_600 }, { value: 300_000 }, {}]) },
    ],
    leaves: true,
    billsUnused: true,
  },
  {
    name: 'lines are missing',
    rules: ({ pick }) => [{ on: 'line', what: pick(['missing', 'bad-json']), rate: 0.3, times: 10 }],
    fails: missing,
  },
  {
    name: 'lines are missing and billed',
    rules: ({ pick }) => [{ on: 'line', what: pick(['missing', 'bad-json']), value: 'billed', rate: 0.3, times: 10 }],
    fails: missing,
    billsUnused: true,
  },
  { name: 'lines are double', rules: () => [{ on: 'line', what: 'double', rate: 0.5 }] },
  { name: 'input is cached', rules: ({ pick }) => [{ on: 'line', what: 'cached', rate: 0.5, value: pick([0.5, 1]) }] },
  { name: 'another tier answers', rules: () => [{ on: 'line', what: 'tier', rate: 0.3, times: 6 }] },
  {
    name: 'lines fail',
    rules: () => [{ on: 'line', what: 'status', value: 500, rate: 0.3, times: 10 }],
    fails: unanswered,
  },
  { name: 'the model refuses', rules: () => [{ on: 'line', what: 'refusal', rate: 0.3 }], fails: ['provider.refusal'] },
  {
    name: 'the queue is full',
    rules: ({ pick, below }) => [
      pick<FaultRule>([
        { on: 'batches.create', what: 'refused', value: 'queue-tokens-unnamed', times: 1 + below(3) },
        { on: 'batch', what: 'token-limit', value: 1_000_000, times: 1 + below(2) },
      ]),
    ],
  },
  {
    name: 'the provider fails',
    rules: ({ pick, below }) => [
      pick<FaultRule>([
        { on: 'batch', what: 'refused', value: 'quota', times: 1 + below(2) },
        { on: 'batches.create', what: 'status', value: 500, times: 1 + below(3) },
        { on: 'files.create', what: 'status', value: 503, times: 1 + below(3) },
        { on: 'files.content', what: 'cut-off', value: 50, times: 1 + below(2) },
      ]),
    ],
  },
];
