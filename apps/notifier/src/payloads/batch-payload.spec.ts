import { describe, expect, it } from '@jest/globals';
import { DocumentsRetryScheduled, ResultsIngested, type SettledReason } from '@batchmill/contracts/events';
import type { Batch } from '@batchmill/records';
import { payloadOfResults, payloadOfRetry } from './batch-payload.js';

const at = new Date('2026-01-01T10:00:00Z');
const ids = { runId: 'r', claimId: 'r.1', batchId: 'r.1.b1' };
const fields = {
  ...ids,
  documents: 10,
  requests: 20,
  succeeded: 12,
  failed: 3,
  retried: 5,
  inputTokens: 1,
  outputTokens: 1,
  usd: 0.25,
  error: 'answer.refused: the model refused',
};
const results = new ResultsIngested(fields);

function batchSettledAs(reason: SettledReason | null): Batch {
  const { succeeded, failed, retried, error: firstError } = results;
  const ingestion = { succeeded, failed, retried, firstError };
  return {
    pipeline: 'notes',
    reason,
    requests: 20,
    provider: { providerBatchId: 'batch_1' },
    ingestion,
  } as unknown as Batch; // the fields that are read
}

describe('the payload of a batch', () => {
  it('N1: has the batch ids, status, counts, time and the first error', () => {
    expect(payloadOfResults(results, batchSettledAs('expired'), at)).toEqual({
      type: 'batch.failed',
      timestamp: '2026-01-01T10:00:00.000Z',
      summary: 'Batch r.1.b1 expired: 12 of 20 requests succeeded, 3 failed, 5 to be retried',
      runId: 'r',
      batchId: 'r.1.b1',
      providerBatchId: 'batch_1',
      pipeline: 'notes',
      status: 'expired',
      documents: 10,
      counts: { of: 'requests', total: 20, succeeded: 12, failed: 3, pending: 5 },
      usd: 0.25,
      error: 'answer.refused: the model refused',
    });
  });

  it.each<[SettledReason, string]>([
    ['completed', 'batch.completed'],
    ['failed', 'batch.failed'],
    ['expired', 'batch.failed'],
    ['too-large', 'batch.failed'],
    ['nothing-to-send', 'batch.failed'],
    ['cancelled', 'batch.cancelled'],
    ['never-sent', 'batch.cancelled'],
  ])('N1: a batch that ended as %s is of the type %s', (reason, type) => {
    expect(payloadOfResults(results, batchSettledAs(reason), at)).toMatchObject({ type, status: reason });
  });

  it('N1: the counts add up, even when some requests failed before they were sent', () => {
    const partly = new ResultsIngested({ ...fields, requests: 4, succeeded: 4, failed: 4, retried: 0 });
    const payload = payloadOfResults(partly, batchSettledAs('completed'), at);

    expect(payload?.counts).toEqual({ of: 'requests', total: 8, succeeded: 4, failed: 4, pending: 0 });
    expect(payload?.summary).toContain('4 of 8 requests succeeded, 4 failed');
  });

  it('N1: a batch with nothing to send and no failure has none', () => {
    const nothing = new ResultsIngested({ ...fields, requests: 0, succeeded: 0, failed: 0, retried: 0, error: null });

    expect(payloadOfResults(nothing, batchSettledAs('nothing-to-send'), at)).toBeNull();
  });

  it('N1: a retry has the counts of its batch and the time when it is due', () => {
    const retry = new DocumentsRetryScheduled({ ...ids, documents: 5, notBefore: '2026-01-01T10:01:00.000Z' });

    expect(payloadOfRetry(retry, batchSettledAs('expired'), at)).toMatchObject({
      type: 'documents.retry-scheduled',
      status: 'retry-scheduled',
      summary: 'Batch r.1.b1: the unanswered requests are retried, not before 2026-01-01T10:01:00.000Z',
      documents: 5,
      counts: { total: 20, succeeded: 12, failed: 3, pending: 5 },
      error: 'answer.refused: the model refused',
    });
  });

  it('N1: without the record of the batch it is made of the event alone', () => {
    expect(payloadOfResults(results, null, at)).toMatchObject({ type: 'batch.completed', providerBatchId: null });
  });
});
