import type { Projection } from '@batchmill/store';
import type { Batch, Submission, SynchronousLane } from './batch.js';
import type { Ingestion } from './ingestion.js';
import type { ProviderBatchInfo } from './provider-batch-info.js';

/** Of a batch, what tells how far it is. A field of a batch that is null may be missing. */
export interface BatchOutline extends Pick<
  Batch,
  | '_id'
  | 'runId'
  | 'claimId'
  | 'number'
  | 'state'
  | 'model'
  | 'url'
  | 'documents'
  | 'requests'
  | 'reuse'
  | 'inputTokens'
  | 'worst'
  | 'fileBytes'
  | 'completionWindow'
  | 'parked'
  | 'staysQueued'
  | 'adopted'
  | 'backoffUntil'
  | 'createdAt'
  | 'updatedAt'
> {
  readonly held?: Batch['held'];
  readonly otherAccount?: Batch['otherAccount'];
  readonly error?: Batch['error'];
  readonly provider?: Pick<
    ProviderBatchInfo,
    'submittedAt' | 'createdAt' | 'inProgressAt' | 'endedAt' | 'counts'
  > | null;
  readonly synchronous?: Pick<SynchronousLane, 'offset'> | null;
  readonly submission: Pick<Submission, 'attempt'>;
  readonly ingestion: Pick<Ingestion, 'succeeded' | 'failed' | 'retried' | 'retryAt'>;
}

/** A run may have thousands of batches, each with the parts of its ingestion. */
export const batchOutline: Projection = Object.fromEntries(
  [
    ...[
      'runId',
      'claimId',
      'number',
      'state',
      'model',
      'url',
      'documents',
      'requests',
      'reuse',
      'inputTokens',
      'worst',
    ],
    ...[
      'fileBytes',
      'completionWindow',
      'parked',
      'staysQueued',
      'adopted',
      'backoffUntil',
      'createdAt',
      'updatedAt',
      'held',
      'otherAccount',
    ],
    ...['submittedAt', 'createdAt', 'inProgressAt', 'endedAt', 'counts'].map((field) => `provider.${field}`),
    ...['error', 'synchronous.offset', 'submission.attempt', 'ingestion.succeeded', 'ingestion.failed'],
    ...['ingestion.retried', 'ingestion.retryAt'],
  ].map((field) => [field, 1]),
);
