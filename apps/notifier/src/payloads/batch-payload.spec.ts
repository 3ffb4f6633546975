import { describe, expect, it } from '@jest/globals';
import { DocumentsRetryScheduled, ResultsIngested, type SettledReason } from '@batchmill/contracts';
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

function batchThat(reason: SettledReason | null): Batch {
  const { succeeded, failed, retried, error: firstError } = results;
  const ingestion = { succeeded, failed, retried, firstError };
  return { pipeline: 'notes', reason, requests: 20, provider: { batchId: 'batch_1' }, ingestion } as unknown as Batch; // what is looked at
}

describe('what is told of a batch', () => {
  it('N1: batch ids, status, counts, time and a summary of errors', () => {
    expect(payloadOfResults(results, batchThat('expired'), at)).toEqual({
      type: 'batch.failed',
      timestamp: '2026-01-01T10:00:00.000Z',
      summary: 'Batch r.1.b1 expired: 12 of 20 requests succeeded, 3 failed, 5 to be asked again',
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
  ])('N1: one that ended as %s is told as %s', (reason, type) => {
    expect(payloadOfResults(results, batchThat(reason), at)).toMatchObject({ type, status: reason });
  });

  it('N1: the counts add up, though some requests failed before they could be asked', () => {
    const partly = new ResultsIngested({ ...fields, requests: 4, succeeded: 4, failed: 4, retried: 0 });
    const told = payloadOfResults(partly, batchThat('completed'), at);

    expect(told?.counts).toEqual({ of: 'requests', total: 8, succeeded: 4, failed: 4, pending: 0 });
    expect(told?.summary).toContain('4 of 8 requests succeeded, 4 failed');
  });

  it('N1: one that had nothing to send, and nothing that failed, is not told', () => {
    const nothing = new ResultsIngested({ ...fields, requests: 0, succeeded: 0, failed: 0, retried: 0, error: null });

    expect(payloadOfResults(nothing, batchThat('nothing-to-send'), at)).toBeNull();
  });

  it('N1: a retry is told with the counts of its batch and when it is due', () => {
    const retry = new DocumentsRetryScheduled({ ...ids, documents: 5, notBefore: '2026-01-01T10:01:00.000Z' });

    expect(payloadOfRetry(retry, batchThat('expired'), at)).toMatchObject({
      type: 'documents.retry-scheduled',
      status: 'retry-scheduled',
      summary: 'Batch r.1.b1: what was not answered is asked again, not before 2026-01-01T10:01:00.000Z',
      documents: 5,
      counts: { total: 20, succeeded: 12, failed: 3, pending: 5 },
      error: 'answer.refused: the model refused',
    });
  });

  it('N1: of a batch whose record is not there what the fact says is told', () => {
    expect(payloadOfResults(results, null, at)).toMatchObject({ type: 'batch.completed', providerBatchId: null });
  });
});
