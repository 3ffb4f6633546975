import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ledger, dayOf, type Cost, type LedgerEntry } from '@batchmill/records';
import { parse } from 'csv-parse/sync';
import { LettersHome } from '../testing/letters-home.js';

const cost = (nanoUsd: number): Cost => ({ nanoUsd, synchronousNanoUsd: 2 * nanoUsd, incomplete: false });

/** An entry of 10 requests that cost a dollar. */
function entryOf(id: string, at: string, fields: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    ...{ _id: id, kind: 'batch', runId: 'first', pipeline: 'letters', batchId: `${id}.b1`, providerBatchId: id },
    ...{ account: 'a', model: 'gpt-4o-mini', url: '/v1/chat/completions', labels: { team: 'x', env: 'test' } },
    ...{ at: new Date(at), day: dayOf(new Date(at)), requests: 10, tokens: { input: 100, cached: 40, output: 20 } },
    ...{ cost: cost(1e9), functions: [], wasted: cost(0), prices: '1', difference: null },
    ...fields,
  };
}

const ofFunction = (name: string, nanoUsd: number) => ({
  ...{ function: name, requests: 5, tokens: { input: 50, cached: 20, output: 10 }, cost: cost(nanoUsd) },
});

const booked: readonly LedgerEntry[] = [
  entryOf('one', '2026-11-01T10:00:00Z', {
    functions: [ofFunction('summary', 7e8), ofFunction('qa', 3e8)],
  }),
  entryOf('two', '2026-11-02T00:00:00Z', { runId: 'second', labels: { team: '=1+1' }, wasted: cost(1e8) }),
  entryOf('orphan', '2026-11-02T11:00:00Z', { runId: 'second', kind: 'orphan', cost: cost(1), wasted: cost(1) }),
  entryOf('three', '2026-11-03T10:00:00Z', {
    ...{ runId: 'third', pipeline: 'notes', labels: {}, model: 'my-own', adopted: true },
    ...{ cost: { ...cost(0), incomplete: true } },
  }),
];

interface Printed {
  readonly groups: readonly Record<string, unknown>[];
  readonly total: Record<string, unknown>;
  readonly unpriced: readonly unknown[];
}

describe('batchmill costs and batchmill savings', () => {
  let home: LettersHome;
  beforeAll(async () => {
    home = await LettersHome.open();
    await home.withBatches(async (_, store) => {
      for (const entry of booked) await new Ledger(store).book(entry);
    });
  });
  afterAll(() => home.close());

  const costs = (...args: string[]): Promise<Printed> => home.json<Printed>('costs', ...args);
  /** The keys of the groups, which come first, and their costs. */
  const groups = async (...args: string[]): Promise<unknown[][]> =>
    (await costs(...args)).groups.map((group) => {
      const names = Object.keys(group);
      return [...Object.values(group).slice(0, names.indexOf('requests')), group['costUsd']];
    });

  it.each<[string, unknown[][]]>([
    [
      'run',
      [
        ['first', 'letters', 1],
        ['second', 'letters', 1.000000001],
        ['third', 'notes', null],
      ],
    ],
    [
      'pipeline',
      [
        ['letters', 2.000000001],
        ['notes', null],
      ],
    ],
    [
      'model',
      [
        ['gpt-4o-mini', 2.000000001],
        ['my-own', null],
      ],
    ],
    [
      'day',
      [
        ['2026-11-01', 1],
        ['2026-11-02', 1.000000001],
        ['2026-11-03', null],
      ],
    ],
    [
      'label',
      [
        ['env=test team=x', 1.000000001],
        ['team==1+1', 1],
        [null, null],
      ],
    ],
    [
      'label:team',
      [
        ['x', 1.000000001],
        ['=1+1', 1],
        [null, null],
      ],
    ],
    [
      'function',
      [
        ['letters', null, 1.000000001],
        ['letters', 'summary', 0.7],
        ['letters', 'qa', 0.3],
        ['notes', null, null],
      ],
    ],
  ])('M1: costs are summed by %s, to the nano-dollar', async (by, expected) => {
    expect(await groups('--by', by)).toEqual(expected);
  });

  it('M1: by batch an orphan stands beside the batch that it belongs to', async () => {
    expect(await groups('--by', 'batch', '--run', 'second')).toEqual([
      ['two.b1', 'batch', 'two', 1],
      ['orphan.b1', 'orphan', 'orphan', 0.000000001],
    ]);
  });

  it('M1: the total is that of everything, with tokens, waste, and what was saved after it', async () => {
    const { total } = await costs('--by', 'day', '--pipeline', 'letters');

    expect(total).toEqual({
      requests: 30,
      tokens: { input: 300, cached: 120, output: 60 },
      costUsd: 2.000000001,
      synchronousUsd: 3.8,
      savedUsd: 1.799999999,
      wastedUsd: 0.100000001,
      unpricedRequests: 0,
    });
  });

  it('M1: a period begins with --since and ends before --until', async () => {
    const period = ['--by', 'day', '--since', '2026-11-01T10:00:00Z', '--until', '2026-11-02'];

    expect(await groups(...period)).toEqual([['2026-11-01', 1]]);
    expect(await groups('--since', '1h')).toEqual([]);
    expect((await home.batchmill('costs', '--since', '1h')).out).toBe('nothing was billed\n');
  });

  it('M1: requests without a price are counted, named and in no sum, with what to write', async () => {
    const { total, unpriced } = await costs();
    const { out } = await home.batchmill('costs');

    const tokens = { input: 100, cached: 40, output: 20 };
    expect(total).toMatchObject({ costUsd: 2.000000001, unpricedRequests: 10 });
    expect(unpriced).toEqual([{ model: 'my-own', lacks: 'price', requests: 10, tokens, from: '2026-11-03' }]);
    expect(out).toMatch(/\nnotes +10 +100 +40 +20 +unknown +unknown +unknown +unknown +10\n/);
    expect(out).toContain('not in these sums: 10 requests of my-own, whose price is not known\n');
    expect(out).toContain('[{"model":"my-own","from":"2026-11-03","inputUsd":0,"outputUsd":0}]\n');
  });

  it('M1: as CSV texts are quoted, formulas of spreadsheets are not run, and money is exact', async () => {
    const { out } = await home.batchmill('costs', '--by', 'label:team', '--csv');

    const rows = parse<Record<string, string>>(out, { columns: true });
    expect(rows.map(({ label, cost_usd, tokens_in }) => [label, cost_usd, tokens_in])).toEqual([
      ['x', '1.000000001', '200'],
      ["'=1+1", '1.000000000', '100'],
      ['', '', '100'],
    ]);
  });

  it.each([
    [['--by', 'colour'], 'expected one of run, pipeline, function, model, day, label, batch, or label:NAME'],
    [['--since', 'yesterday'], 'expected a day, as 2026-11-01, a time with its zone, or so long ago, as 7d, 12h or 2w'],
    [['--since', '2026-11-02', '--until', '2026-11-01'], 'expected --since to be the earlier one'],
    [['--csv', '--json'], 'expected one of them'],
  ])('a wrong option is refused: %j', async (args, message) => {
    const { code, err } = await home.batchmill('costs', ...args);

    expect(code).not.toBe(0);
    expect(err).toContain(message);
  });

  it('M2: savings are one table whose rows add up, and one number', async () => {
    const { out } = await home.batchmill('savings', '--pipeline', 'letters');
    const json = await home.json<Record<string, unknown>>('savings', '--pipeline', 'letters');

    expect(out.split('\n').map((line) => line.replaceAll(/ {2,}/g, '  '))).toEqual([
      'WHAT  US DOLLARS  FROM',
      'answers, at the synchronous price  $3.80  their tokens, standard price',
      '+ adopted, not sent again  $0.00  0 adopted batches',
      '+ kept answers, not asked again  $0.00  0 reprocessed answers',
      '+ reused, not bought again  $0.00  0 reused answers',
      '= without Batchmill  $3.80  the sum',
      'answers, in batches  $1.90  their tokens, batch price',
      '+ answers, synchronously  $0.00  standard or flex price',
      '+ wasted: answers not used  $0.1000  invalid, failed or not shown',
      '+ wasted: expired or cancelled  $0.00  the same in such batches',
      '+ wasted: orphans  <$0.0001  1 orphan',
      '= paid  $2.00  the sum',
      'saved $1.80 of $3.80 (47 %)',
      '',
    ]);
    expect(json).toMatchObject({ savedUsd: 1.799999999, ofUsd: 3.8, paidUsd: { total: 2.000000001 } });
  });

  it('M2: the savings of a run are its own, and its summary shows the same number', async () => {
    await home.run('real', 3);

    const { out } = await home.batchmill('savings', '--run', 'real');
    const { out: summary } = await home.batchmill('runs', 'show', 'real');

    const [, number] = /\nsaved (.*)\n$/.exec(out) ?? [];
    expect(number).toMatch(/^\S+ of \S+ \(50 %\)$/);
    expect(summary).toContain(`\nsaved     ${number ?? ''}\n`);
    expect((await costs('--run', 'real')).total['costUsd']).toBe(await home.account.billedUsd());
  });

  it('M1 R11: a home without any run has cost nothing', async () => {
    const empty = await LettersHome.open();
    try {
      expect((await empty.batchmill('costs')).out).toBe('nothing was billed\n');
      expect((await empty.batchmill('savings')).out).toBe('nothing was billed\n');
    } finally {
      await empty.close();
    }
  });
});
