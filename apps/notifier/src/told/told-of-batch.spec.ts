import { describe, expect, it } from '@jest/globals';
import { ResultsIngested } from '@batchmill/contracts';
import { toldOfResults } from './told-of-batch.js';

describe('what is told of a batch', () => {
  it('N1: the counts add up, though some requests failed before they could be asked', () => {
    const counted = { requests: 4, succeeded: 4, failed: 4, retried: 0, documents: 8, inputTokens: 9, outputTokens: 0 };
    const ids = { runId: 'r', claimId: 'r.c1', batchId: 'r.c1.b1' };
    const told = toldOfResults(new ResultsIngested({ ...ids, ...counted, usd: 0.1, error: null }), null, new Date(0));

    expect(told?.counts).toEqual({ of: 'requests', total: 8, succeeded: 4, failed: 4, pending: 0 });
    expect(told?.summary).toContain('4 of 8 requests succeeded, 4 failed');
  });
});
