import { expect, it } from '@jest/globals';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { bar, runView } from './run-view.js';

const now = momentOfRun(65_000);

it('M1: shows each stage, the tokens and the cost so far', () => {
  const report = runReport(
    {
      requests: 1000,
      tokens: { input: 12_345, output: 0 },
      cost: { usd: 0.5, synchronousUsd: 1, savedUsd: 0.5 },
    },
    { scanEnded: true, claimed: 1000, built: 250, submitted: 500, doneAtProvider: 120, answered: 249, givenUp: 1 },
  );

  expect(runView(report, { columns: 80, now })).toEqual([
    'running     1m 5s · annual-reports, embeddings',
    'scan        1,000 documents claimed',
    'to submit   ██████░░░░░░░░░░░░░░░░░░ 250',
    'at provider ████████████░░░░░░░░░░░░ 500, 120 done there',
    'ingesting   ░░░░░░░░░░░░░░░░░░░░░░░░ 0',
    'answered    ██████░░░░░░░░░░░░░░░░░░ 249 of 1,000, 1 failed',
    'tokens      12,345 in, 0 out',
    'cost        $0.5000 so far, $0.5000 saved',
  ]);
});

it('has the same number of lines before anything is known, and shows what is parked', () => {
  const early = runView(runReport({ status: 'requested', startedAt: null, pipeline: null, endpoint: null }), {
    columns: 80,
    now,
  });
  const parked = runView(runReport({}, { claimed: 3, parked: 2 }), { columns: 80, now });

  expect(early).toHaveLength(parked.length);
  expect(parked[1]).toBe('scan        3 documents claimed so far; 2 parked: batchmill parked list');
});

it('says that the rest of the documents waits for the trial', () => {
  const [, scan] = runView(runReport({}, { claimed: 25, awaitsTrial: true }), { columns: 80, now });

  expect(scan).toBe('scan        25 documents claimed as a trial; the rest follows its first answer');
});

it('is never wider than the terminal', () => {
  const lines = runView(runReport({ requests: 5 }, { answered: 5 }), { columns: 30, now });

  expect(Math.max(...lines.map((line) => line.length))).toBe(30);
});

it.each([
  [0, '░░░░'],
  [0.001, '█░░░'],
  [0.5, '██░░'],
  [0.999, '███░'],
  [1, '████'],
])('a share of %d is shown as the bar %s', (share, drawn) => {
  expect(bar(share, 4)).toBe(drawn);
});
