import { expect, it } from '@jest/globals';
import { runReport } from '../testing/run-report.js';
import { runJson, runSummary } from './run-summary.js';

const ended = { finishedAt: '2026-01-01T10:01:00.000Z' } as const;

it('M1: what another run took over is said to be so, and is not counted as processed', () => {
  const report = runReport({ ...ended, status: 'finished', total: 20, succeeded: 3, failed: 1, takenOver: 16 });

  expect(runSummary(report)).toContain('documents 4 processed, 3 succeeded, 1 failed, 16 taken over by other runs\n');
  expect(runJson(report)).toMatchObject({ total: 20, left: 0, takenOver: 16 });
});

it('M1: what stood in the way of those that failed is said', () => {
  const firstError = 'provider.refusal: The model refused to answer';
  const report = runReport({ ...ended, status: 'finished', total: 2, succeeded: 1, failed: 1, firstError });

  expect(runSummary(report)).toContain('1 failed\nerror     provider.refusal: The model refused to answer\n');
  expect(runJson(report)).toMatchObject({ firstError });
  expect(runSummary({ ...report, succeeded: 2, failed: 0 })).not.toContain('refusal');
});

it('M1: what is left is said to be so', () => {
  const report = runReport({ ...ended, status: 'incomplete', total: 20, succeeded: 18, left: 2 });

  expect(runSummary(report)).toContain('documents 18 processed, 18 succeeded, 0 failed, 2 left\n');
});

it('M1: of a run that goes on, the documents are those claimed, not those processed', () => {
  const report = runReport({ total: 20, succeeded: 3 });

  expect(runSummary(report)).toContain('documents 20 claimed, 3 succeeded, 0 failed\n');
});

it('R10: a paused run says since when, and how it goes on', () => {
  const report = runReport({ total: 20, pausedAt: '2026-01-01T10:00:30.000Z' });

  expect(runSummary(report)).toContain(
    'paused    since 2026-01-01 10:00:30; batchmill runs resume first lets it go on\n',
  );
  expect(runJson(report)).toMatchObject({ status: 'running', pausedAt: '2026-01-01T10:00:30.000Z' });
});
