import type { ProviderBatch } from '@batchmill/provider';

const createdAt = new Date('2026-01-01T10:00:00Z');

/** A provider batch that was completed after so many seconds. `minute` tells when it was created: a later one ended later. */
export function endedBatch(
  id: string,
  seconds: number,
  minute: number,
  changes: Partial<ProviderBatch> = {},
): ProviderBatch {
  const created = createdAt.getTime() + minute * 60_000;
  return {
    id,
    state: 'completed',
    unknownState: null,
    endpoint: '/v1/embeddings',
    model: 'text-embedding-3-small',
    inputFileId: 'file-1',
    outputFileId: 'file-2',
    errorFileId: null,
    createdAt: new Date(created),
    expiresAt: null,
    inProgressAt: new Date(created + 1_000),
    endedAt: new Date(created + seconds * 1_000),
    counts: { total: 2, completed: 2, failed: 0 },
    usage: null,
    errors: [],
    metadata: {},
    ...changes,
  };
}
