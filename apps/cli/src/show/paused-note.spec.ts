import { expect, it } from '@jest/globals';
import { runReport } from '../testing/run-report.js';
import { pausedNote } from './paused-note.js';

it('R10: each pause is told once, with how the run goes on', () => {
  const said: string[] = [];
  const note = pausedNote((text) => said.push(text));
  const [going, paused] = [runReport(), runReport({ pausedAt: '2026-01-01T10:00:30.000Z' })];

  for (const report of [going, paused, paused, going, paused]) note(report);

  expect(said).toEqual(Array(2).fill('paused; it goes on after: batchmill runs resume first\n'));
});
