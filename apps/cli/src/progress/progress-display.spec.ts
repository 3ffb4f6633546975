import { expect, it } from '@jest/globals';
import { runReport } from '../testing/run-report.js';
import { notePauses } from './progress-display.js';

it('R10: each pause is printed once, with how to resume the run', () => {
  const printed: string[] = [];
  const notePause = notePauses((text) => printed.push(text));
  const [running, paused] = [runReport(), runReport({ pausedAt: '2026-01-01T10:00:30.000Z' })];

  for (const report of [running, paused, paused, running, paused]) notePause(report);

  expect(printed).toEqual(Array(2).fill('paused; resume it with: batchmill runs resume first\n'));
});
