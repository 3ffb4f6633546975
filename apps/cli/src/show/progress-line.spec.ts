import { expect, it } from '@jest/globals';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { progressLine } from './progress-line.js';
import { runView } from './run-view.js';

const now = momentOfRun(65_000);

it('says where the requests are, what failed, the cost and the time', () => {
  const report = runReport(
    { cost: { usd: 0.5, synchronousUsd: 1, savedUsd: 0.5 } },
    { claimed: 1500, built: 1, submitted: 2, settled: 3, answered: 4, givenUp: 5, parked: 6 },
  );

  expect(progressLine(report, { columns: 200, now })).toBe(
    'running: 1,500 claimed · 1 to send · 2 at the provider · 3 coming home · 4 answered · 5 failed · 6 parked · $0.5000 · 1m 5s',
  );
});

it('says nothing of what is not there', () => {
  expect(progressLine(runReport({ status: 'requested', startedAt: null }), { columns: 200, now })).toBe(
    'requested: 0 claimed · 0 answered · $0.00',
  );
});

it('a run that ended takes no more time', () => {
  const ended = runReport({ status: 'finished', finishedAt: new Date(momentOfRun(3_000)).toISOString() });

  expect(progressLine(ended, { columns: 200, now })).toMatch(/ · 3s$/);
});

it('is never wider than the screen', () => {
  expect(progressLine(runReport({}, { claimed: 1500 }), { columns: 24, now })).toHaveLength(24);
});

it('R10: says that a run is paused', () => {
  const paused = runReport({ pausedAt: '2026-01-01T10:00:30.000Z' }, { submitted: 2 });

  expect(progressLine(paused, { columns: 200, now })).toMatch(/^paused: .* 2 at the provider/);
  expect(runView(paused, { columns: 80, now })[0]).toBe('paused      1m 5s · annual-reports, embeddings');
});
