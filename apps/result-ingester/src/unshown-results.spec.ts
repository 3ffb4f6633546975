import { describe, expect, it } from '@jest/globals';
import type { SettledReason } from '@batchmill/contracts/events';
import type { ProviderBatchInfo } from '@batchmill/records';
import { unshownResults } from './unshown-results.js';

type Shown = Partial<Pick<ProviderBatchInfo, 'outputFileId' | 'errorFileId'>>;

function unshown(reason: SettledReason, [total, completed, failed]: number[], shown: Shown = {}): string | null {
  const at = new Date('2026-01-01T00:00:00Z');
  const provider: ProviderBatchInfo = {
    providerBatchId: 'batch_1',
    key: 'key',
    submittedAt: at,
    state: reason,
    inputFileId: 'in',
    outputFileId: null,
    errorFileId: null,
    createdAt: at,
    expiresAt: null,
    endedAt: at,
    counts: { total: total ?? 0, completed: completed ?? 0, failed: failed ?? 0 },
    polls: 1,
    ...shown,
  };
  return unshownResults({ provider, reason });
}

describe('results that the provider counts and does not show', () => {
  it.each(['completed', 'expired', 'cancelled'] as const)('M2: answers of a batch that is %s', (reason) => {
    expect(unshown(reason, [3, 2, 1])).toBe('answers');
    expect(unshown(reason, [3, 2, 1], { errorFileId: 'errors' })).toBe('answers');
    expect(unshown(reason, [3, 2, 1], { outputFileId: '' })).toBe('answers');
    expect(unshown(reason, [3, 2, 1], { outputFileId: 'output' })).toBeNull();
  });

  it('a completed batch of which every request failed has no output file', () => {
    expect(unshown('completed', [3, 0, 3], { errorFileId: 'errors' })).toBeNull();
    expect(unshown('completed', [3, 0, 3])).toBe('errors');
  });

  it('failed requests that are counted as completed too are no answers', () => {
    expect(unshown('completed', [3, 3, 3], { errorFileId: 'errors' })).toBeNull();
  });

  it('failures may be in the output file', () => {
    expect(unshown('completed', [3, 2, 1], { outputFileId: 'output' })).toBeNull();
  });

  it('M2: a completed batch without counts and without files has answers somewhere', () => {
    expect(unshown('completed', [0, 0, 0])).toBe('answers');
    expect(unshown('completed', [0, 0, 0], { errorFileId: 'errors' })).toBeNull();
  });

  it('a batch that ended before anything was executed has none', () => {
    expect(unshown('cancelled', [3, 0, 0])).toBeNull();
    expect(unshown('expired', [0, 0, 0])).toBeNull();
  });

  it('a batch that failed as a whole has none', () => {
    expect(unshown('failed', [3, 2, 1])).toBeNull();
    expect(unshownResults({ provider: null, reason: 'never-sent' })).toBeNull();
  });
});
