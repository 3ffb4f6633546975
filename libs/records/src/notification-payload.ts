/** What people can be told of. */
export const notificationTypes = [
  'run.started',
  'run.ended',
  'batch.completed',
  'batch.failed',
  'batch.cancelled',
  'documents.retry-scheduled',
  'work.parked',
] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** What people are told of a fact: ids, status, counts and a summary. Never prompts, answers or vectors. */
export interface NotificationPayload {
  readonly type: NotificationType | 'test';
  /** When it became true. ISO 8601. */
  readonly timestamp: string;
  /** One sentence of it all. */
  readonly summary: string;
  readonly runId: string | null;
  /** Null for what is told of a run. */
  readonly batchId: string | null;
  /** Null when it was never sent, or is not known. */
  readonly providerBatchId: string | null;
  readonly pipeline: string | null;
  /** How the batch or the run ended, or what became of it. */
  readonly status: string;
  /** Null where nothing was counted yet. */
  readonly documents: number | null;
  readonly counts: NotificationCounts | null;
  readonly usd: number | null;
  /** What stood in the way; null when nothing did. */
  readonly error: string | null;
}

/** Of a batch: requests. Of a run: documents. */
export interface NotificationCounts {
  readonly of: 'requests' | 'documents';
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The rest: to be asked again, or left as it was. */
  readonly pending: number;
}
