import { expect, it } from '@jest/globals';
import { estimateEnd, type EndedBatch } from './estimate-end.js';

const second = 1000;
const begun = Date.parse('2026-01-01T10:00:00Z');
const at = (seconds: number): number => begun + seconds * second;
const ended = (submitted: number, end: number, requests = 100): EndedBatch => {
  return { submittedMs: at(submitted), endedMs: at(end), requests };
};
const left = { now: at(120), requestsLeft: 400, lastSubmittedMs: at(0), nextSubmissionMs: -Infinity };

it('Y5: the end is estimated by the pace since the first batch ended, which may be a trial', () => {
  const batches = [ended(0, 90, 5), ended(90, 100), ended(90, 120)];

  // 200 requests in 30 seconds, and 400 are left.
  expect(estimateEnd(batches, left)).toEqual({ at: new Date(at(180)).toISOString(), batches: 3 });
});

it('a batch that is still to be submitted takes at least as long as half of the others did', () => {
  const batches = [ended(0, 90), ended(0, 100), ended(0, 120)];

  expect(estimateEnd(batches, { ...left, requestsLeft: 1, nextSubmissionMs: at(300) })).toEqual({
    at: new Date(at(400)).toISOString(),
    batches: 3,
  });
});

it('nothing is estimated when fewer than three batches have ended, all at once, or nothing is left', () => {
  const batches = [ended(0, 90), ended(0, 100), ended(0, 110)];

  expect(estimateEnd(batches.slice(1), left)).toBeNull();
  expect(estimateEnd([ended(0, 120), ended(0, 120), ended(0, 120)], left)).toBeNull();
  expect(estimateEnd(batches, { ...left, requestsLeft: 0 })).toBeNull();
});
