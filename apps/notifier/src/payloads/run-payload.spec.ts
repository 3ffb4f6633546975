import { expect, it } from '@jest/globals';
import { RunFinished } from '@batchmill/contracts/events';
import { payloadOfEnd } from './run-payload.js';

const at = new Date(0);
const ended = {
  runId: 'r',
  pipeline: 'notes',
  outcome: 'finished',
  total: 5,
  succeeded: 2,
  failed: 1,
  usd: 0,
} as const;

it('N1: the documents of a run that are still pending count as left', () => {
  expect(payloadOfEnd(new RunFinished(ended), null, at)).toMatchObject({
    summary: 'Run r of notes finished: 2 of 5 documents succeeded, 1 failed, 2 left',
    counts: { total: 5, succeeded: 2, failed: 1, pending: 2 },
  });
});

it('N1: documents that other runs took over do not count as left', () => {
  expect(payloadOfEnd(new RunFinished({ ...ended, takenOver: 2 }), null, at)).toMatchObject({
    summary: 'Run r of notes finished: 2 of 3 documents succeeded, 1 failed, 0 left, 2 taken over by other runs',
    documents: 3,
    counts: { total: 3, succeeded: 2, failed: 1, pending: 0 },
  });
});
