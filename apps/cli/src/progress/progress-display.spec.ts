import { expect, it } from '@jest/globals';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { notePauses, noteWaits } from './progress-display.js';

it('R10: each pause is printed once, with how to resume the run', () => {
  const printed: string[] = [];
  const notePause = notePauses((text) => printed.push(text));
  const [running, paused] = [runReport(), runReport({ pausedAt: '2026-01-01T10:00:30.000Z' })];

  for (const report of [running, paused, paused, running, paused]) notePause(report);

  expect(printed).toEqual(Array(2).fill('paused; resume it with: batchmill runs resume first\n'));
});

it('Y5: a wait that lasts is printed once for each reason, with since when and why, and so is its end', () => {
  const printed: string[] = [];
  let nowMs = momentOfRun(1_000);
  const noteWait = noteWaits(
    (text) => printed.push(text),
    () => nowMs,
  );
  const refused = (batch: string) => ({
    since: '2026-01-01T10:00:00.000Z',
    message: `createBatch of ${batch}: the provider refuses the account (401)`,
  });

  noteWait(refused('file-1'));
  nowMs = momentOfRun(9_000);
  for (const batch of ['file-1', 'file-2']) noteWait(refused(batch));
  noteWait({ since: '2026-01-01T10:00:00.000Z', message: 'listBatches: no answer (ECONNREFUSED)' });
  for (const none of [null, null]) noteWait(none);

  expect(printed).toEqual([
    expect.stringMatching(/^waiting since .*: createBatch of file-1: the provider refuses the account \(401\)\n$/),
    expect.stringMatching(/^waiting since .*ECONNREFUSED/),
    'goes on\n',
  ]);
});
