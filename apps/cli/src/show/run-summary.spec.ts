import { expect, it } from '@jest/globals';
import { runReport } from '../testing/run-report.js';
import { runJson, runSummary } from './run-summary.js';

const ended = { finishedAt: '2026-01-01T10:01:00.000Z' } as const;

it('M1: documents that another run took over are named, and not counted as processed', () => {
  const report = runReport({ ...ended, status: 'finished', total: 20, succeeded: 3, failed: 1, takenOver: 16 });

  expect(runSummary(report)).toContain('documents 4 processed, 3 succeeded, 1 failed, 16 taken over by other runs\n');
  expect(runJson(report)).toMatchObject({ total: 20, left: 0, takenOver: 16 });
});

it('M1: the first error is shown when documents failed', () => {
  const firstError = 'provider.refusal: The model refused to answer';
  const report = runReport({ ...ended, status: 'finished', total: 2, succeeded: 1, failed: 1, firstError });

  expect(runSummary(report)).toContain('1 failed\nerror     provider.refusal: The model refused to answer\n');
  expect(runJson(report)).toMatchObject({ firstError });
  expect(runSummary({ ...report, succeeded: 2, failed: 0 })).not.toContain('refusal');
});

it('M2: requests that were not sent, because their answer was there, are named', () => {
  const report = runReport({ ...ended, status: 'finished', total: 6, succeeded: 6, requests: 6, batches: 1 });

  expect(runSummary({ ...report, reusedRequests: 4 })).toContain(
    'requests  6 in 1 batch; of these 4 not sent: the answer to the same request is taken\n',
  );
  expect(runJson({ ...report, reusedRequests: 4 })).toMatchObject({ requests: 6, reusedRequests: 4 });
  expect(runSummary(report)).toContain('requests  6 in 1 batch\n');
});

it('R10: what ended documents lacked is counted by function, and at most five are named', () => {
  const missing = [
    { function: 'qa_2', documents: 3 },
    { function: 'summary', documents: 1 },
  ];
  const report = runReport({ ...ended, status: 'finished', total: 20, succeeded: 20, missing });
  const many = Array.from({ length: 7 }, (_, index) => ({ function: `qa_${index}`, documents: 2 }));

  expect(runSummary(report)).toContain('\nmissing   found that 3 documents lack qa_2, 1 document lacks summary\n');
  expect(runSummary({ ...report, missing: many })).toContain('2 documents lack qa_4 and so on for 2 more functions\n');
  expect(runJson(report)).toMatchObject({ missing });
  expect(runJson({ ...report, missing: [] })).not.toHaveProperty('missing');
});

it('E4: how many documents were stale is said, where there were any', () => {
  const report = runReport({ ...ended, status: 'finished', total: 20, succeeded: 20, stale: 3 });

  expect(runSummary(report)).toContain('\nstale     found that 3 documents were stale\n');
  expect(runSummary({ ...report, stale: 1 })).toContain('\nstale     found that 1 document was stale\n');
  expect(runJson(report)).toMatchObject({ stale: 3 });
  expect(runSummary({ ...report, stale: 0 })).not.toContain('stale');
  expect(runJson({ ...report, stale: 0 })).not.toHaveProperty('stale');
});

it('M1: documents that are left are named', () => {
  const report = runReport({ ...ended, status: 'incomplete', total: 20, succeeded: 18, left: 2 });

  expect(runSummary(report)).toContain('documents 18 processed, 18 succeeded, 0 failed, 2 left\n');
});

it('M1: for a run that has not ended, the documents claimed are counted, not those processed', () => {
  const report = runReport({ total: 20, succeeded: 3 });

  expect(runSummary(report)).toContain('documents 20 claimed, 3 succeeded, 0 failed\n');
});

it('R10: for a paused run the summary shows since when, and how to resume it', () => {
  const report = runReport({ total: 20, pausedAt: '2026-01-01T10:00:30.000Z' });

  expect(runSummary(report)).toContain(
    'paused    since 2026-01-01 10:00:30; resume it with: batchmill runs resume first\n',
  );
  expect(runJson(report)).toMatchObject({ status: 'running', pausedAt: '2026-01-01T10:00:30.000Z' });
});

it('R3: batches at the provider that make no progress are counted', () => {
  const report = runReport({ total: 20 }, { idle: 2 });

  expect(runSummary(report)).toContain(
    'idle      2 batches at the provider without progress; see: batchmill batch list --run first\n',
  );
  expect(runSummary(runReport({ total: 20 }))).not.toContain('idle');
});

it('M2: what a run saved is one number, and a price that is not known makes none', () => {
  const cost = { usd: 1, synchronousUsd: 2, savedUsd: 1 };
  const report = runReport({ ...ended, status: 'finished', total: 1, succeeded: 1, cost });

  const summary = runSummary({ ...report, savings: { savedUsd: 0.999, ofUsd: 2 } });

  expect(summary).toContain('\ncost      $1.00, synchronously $2.00\nsaved     $0.9990 of $2.00 (49 %)\n');
  expect(runSummary({ ...report, savings: { savedUsd: -0.5, ofUsd: 0 } })).toContain('\nsaved     -$0.5000 of $0.00\n');
  expect(runSummary(report)).not.toContain('saved');
});

it('M3: what was predicted stands below what came true', () => {
  const predicted = {
    documents: 3500,
    sampled: 500,
    requests: 7000,
    batches: 36,
    tokens: { input: 1_000_000, expectedOutput: 250_000, maxOutput: 1_000_000 },
    cost: {
      floor: { usd: 1, synchronousUsd: 2 },
      expected: { usd: 2, synchronousUsd: 4 },
      worst: { usd: 5, synchronousUsd: 10 },
    },
  };
  const cost = { usd: 2.1, synchronousUsd: 4.2, savedUsd: 2.1 };
  const report = runReport({ ...ended, total: 3500, succeeded: 3500, requests: 7000, batches: 36, cost, predicted });

  expect(runSummary(report)).toContain(
    [
      'cost      $2.10, synchronously $4.20',
      'predicted 7,000 in 36 batches; 1,000,000 in, 250,000 out, from 500 of 3,500 documents',
      '          $2.00, from $1.00 to $5.00; synchronously $4.00',
      '',
    ].join('\n'),
  );
  expect(runJson(report)).toMatchObject({ predicted });
  expect(runJson(runReport({}))).not.toHaveProperty('predicted');
});

it('E1: ids of which there is no document are counted, and the first are named', () => {
  const report = runReport({ ...ended, status: 'finished', total: 0, unknownIds: { count: 3, first: ['7', 'b\n9'] } });

  expect(runSummary(report)).toContain('not found 3 ids have no document: 7, b 9 …\n');
  expect(runJson(report)).toMatchObject({ unknownIds: { count: 3 } });
});

it('M1: shows what a run waits for and when it is done, or why that is not known', () => {
  const forecast = {
    early: '2026-01-01T10:30:00.000Z',
    median: '2026-01-01T11:00:00.000Z',
    late: '2026-01-01T12:00:00.000Z',
    batches: 8,
    says: ['done in about 1 h', '80 % between 30 min and 2 h'],
  };
  const wait = { for: 'provider', says: ['for the provider', '8 batches there'], batches: 8 } as const;
  const unknown = { since: null, until: null, model: null, queue: null };
  const progress = { claimed: 10 };
  const outlook = { waits: [{ ...wait, ...unknown }], forecast };
  const noForecast = 'no batch of gpt-4o-mini has ended yet';

  const summary = runSummary(runReport({}, progress, outlook));

  expect(summary).toContain('\nwaiting   for the provider, 8 batches there\n');
  expect(summary).toContain('\nforecast  done in about 1 h, 80 % between 30 min and 2 h\n');
  expect(runSummary(runReport({}, progress, { noForecast }))).toContain(`\nforecast  none: ${noForecast}\n`);
  expect(runJson(runReport({}, progress, outlook))).toMatchObject({ ...outlook, noForecast: null });
});

it('M6: a run that ended before all of it was done has not met its deadline', () => {
  const deadline = {
    at: '2026-01-01T12:00:00.000Z',
    lateByMs: 0,
    synchronousRequests: 0,
    announcedUsd: null,
    extraUsd: 0,
  };
  const ended = {
    ...runReport(),
    finishedAt: '2026-01-01T11:00:00.000Z',
    total: 3,
    left: 2,
    status: 'incomplete',
  } as const;
  const textOf = (met: boolean | null): string => runSummary({ ...ended, deadline: { ...deadline, met } });

  expect(textOf(false)).toContain('12:00:00: not met: the run ended before all of it was done\n');
  expect(textOf(true)).toContain('12:00:00: met\n');
  expect(textOf(null)).toContain('12:00:00: it can be met\n');
});
