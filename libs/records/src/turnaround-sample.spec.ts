import { describe, expect, it } from '@jest/globals';
import { endedBatch } from './testing/ended-batch.js';
import { turnaroundSampleOf } from './turnaround-sample.js';

const ended = (changes: Parameters<typeof endedBatch>[3]) => endedBatch('batch_1', 200, 0, changes);

describe('the turnaround of a batch', () => {
  it('E5: is from its creation to its end, with the time until its requests began', () => {
    expect(turnaroundSampleOf(ended({}))).toEqual({
      id: 'batch_1',
      endedAt: ended({}).endedAt,
      seconds: 200,
      secondsToStart: 1,
      requests: 2,
    });
  });

  it('E5: of one that expired is at least as long', () => {
    expect(turnaroundSampleOf(ended({ state: 'expired' }))).toMatchObject({ seconds: 200 });
  });

  it('E5: is known where the provider does not say when the requests began', () => {
    expect(turnaroundSampleOf(ended({ inProgressAt: null }))).toMatchObject({ seconds: 200, secondsToStart: null });
  });

  it.each([
    ['failed', ended({ state: 'failed' })],
    ['was cancelled', ended({ state: 'cancelled' })],
    ['has not ended', ended({ state: 'in_progress', endedAt: null })],
    ['names no end', ended({ endedAt: null })],
    ['has no time of creation but that of its reading', ended({ createdAt: new Date('2026-01-02T00:00:00Z') })],
  ])('E5: is nothing for a batch that %s', (_, batch) => {
    expect(turnaroundSampleOf(batch)).toBeNull();
  });
});
