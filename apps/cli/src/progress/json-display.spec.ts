import { expect, it } from '@jest/globals';
import { runReport } from '../testing/run-report.js';
import { JsonDisplay } from './json-display.js';

it('M1: an object is printed for each change of what a run has done or waits for, and none without one', () => {
  const printed: object[] = [];
  const display = new JsonDisplay((value) => printed.push(value));
  const waiting = { since: '2026-01-01T10:00:00.000Z', message: 'listBatches: no answer (ECONNREFUSED)' };

  for (const claimed of [10, 10, 20]) display.show(runReport({}, { claimed }));
  display.wait(waiting);
  for (const claimed of [20, 20]) display.show(runReport({}, { claimed }));

  expect(printed).toEqual([
    expect.objectContaining({ runId: 'first', status: 'running', progress: expect.objectContaining({ claimed: 10 }) }),
    expect.objectContaining({ progress: expect.objectContaining({ claimed: 20 }), waiting: null }),
    expect.objectContaining({ progress: expect.objectContaining({ claimed: 20 }), waiting }),
  ]);
});
