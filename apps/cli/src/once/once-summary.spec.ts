import { describe, expect, it } from '@jest/globals';
import { runReport } from '../testing/run-report.js';
import { onceJson, onceSummary, type OnceResult } from './once-summary.js';

describe('the result of once', () => {
  const run = {
    ...runReport({
      status: 'finished',
      requests: 2,
      batches: 1,
      tokens: { input: 1200, output: 30 },
      cost: { usd: 1.5, synchronousUsd: 3, savedUsd: 1.5 },
    }),
    totalProcessed: 2,
    notAccepted: [],
  };
  const counts = { documents: 2, answered: 2, cut: 0, failed: 0, failedAnswers: 0, unanswered: 0, errors: [] };
  const result: OnceResult = {
    output: 'notes.answers.jsonl',
    kind: 'answer',
    counts,
    runs: [run],
    maxTokens: 500,
    home: '.batchmill/once/a',
  };

  it('M1: says where the answers are, and what all runs of the command cost together', () => {
    const other = { ...run, runId: 'second', requests: 1, cost: { usd: 0.25, synchronousUsd: 0.5, savedUsd: 0.25 } };

    expect(onceSummary({ ...result, runs: [run, other] })).toBe(
      [
        'output    notes.answers.jsonl: 2 documents, 2 with an answer',
        'requests  3 in 2 batches',
        'tokens    2,400 in, 60 out',
        'cost      $1.75, synchronously $3.50: $1.75 saved',
        'state     .batchmill/once/a',
        '',
      ].join('\n'),
    );
    expect(onceJson({ ...result, runs: [run, other] })).toMatchObject({
      requests: 3,
      cost: { usd: 1.75 },
      answered: 2,
    });
  });

  it('M1: the cost is unknown when that of one of the runs is', () => {
    const unpriced = { ...run, cost: { usd: null, synchronousUsd: null, savedUsd: null } };

    expect(onceSummary({ ...result, runs: [run, unpriced] })).toContain('cost      unknown');
  });

  it('M2: says nothing of savings that the ledger does not know', () => {
    const unknown = { ...run, cost: { ...run.cost, savedUsd: null } };

    expect(onceSummary({ ...result, runs: [run, unknown] })).toContain('cost      $3.00, synchronously $6.00\n');
  });

  it('X1: counts failed documents by code, and says how to ask again where that helps', () => {
    const errors = [{ code: 'template.missing-value', documents: 2, message: 'no value for "text"' }];
    const failed = { ...counts, answered: 0, failed: 2, errors };

    const unasked = onceSummary({ ...result, counts: failed });
    const asked = onceSummary({ ...result, counts: { ...failed, failedAnswers: 2 } });

    expect(unasked).toContain(
      '2 documents, 0 with an answer, 2 failed\nerror     2 documents: template.missing-value: no value',
    );
    expect(unasked).not.toContain('--redo');
    expect(asked).toContain('again     the same command with --redo failed');
  });

  it('Y5: a run that did not finish says why, or where to look', () => {
    const left = { ...counts, answered: 0, unanswered: 2 };
    const textOf = (status: 'incomplete' | 'parked' | 'held', reason: string | null = null): string =>
      onceSummary({ ...result, counts: left, runs: [{ ...run, status, reason }] });

    expect(textOf('incomplete', 'the trial was refused')).toContain(
      '2 left\nstatus    incomplete: the trial was refused\n',
    );
    expect(textOf('parked')).toContain('see: BATCHMILL_HOME=.batchmill/once/a batchmill parked list\n');
    expect(textOf('held')).toContain('see: BATCHMILL_HOME=.batchmill/once/a batchmill batch list --run first\n');
  });

  it('says how many answers ended at the limit of tokens', () => {
    expect(onceSummary({ ...result, counts: { ...counts, cut: 1 } })).toContain(
      'cut       1 answer ended at --max-tokens, 500 tokens: raise it to get them whole\n',
    );
  });
});
