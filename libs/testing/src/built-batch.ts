import type { Batches } from '@batchmill/records';

/** What `Batches.new` takes, of a batch of one request, with a file that does not exist. */
export const builtBatch: Parameters<Batches['new']>[0] = {
  runId: 'r',
  claimId: 'r.c1',
  pipeline: 'notes',
  number: 1,
  positionAfter: { model: 0, member: 1 },
  last: true,
  file: 'file.jsonl',
  fileBytes: 100,
  manifest: 'manifest',
  url: '/v1/embeddings',
  model: 'text-embedding-3-small',
  documents: 1,
  requests: 1,
  unrendered: 0,
  inputTokens: 3,
  completionWindow: '24h',
  traceparent: null,
};
