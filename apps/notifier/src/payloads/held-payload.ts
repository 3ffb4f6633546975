import type { NotificationPayload } from '@batchmill/records';

/** Work of a run that waits because the provider refuses the account. */
export interface HeldRun {
  readonly runId: string;
  readonly pipeline: string | null;
  /** The provider's code; null when it sent none. */
  readonly code: string | null;
  readonly message: string;
  readonly since: Date;
}

export function payloadOfHeld({ runId, pipeline, code, message, since }: HeldRun): NotificationPayload {
  return {
    type: 'work.held',
    timestamp: since.toISOString(),
    summary: `Run ${runId} is held since ${since.toISOString()}: the provider refuses the account. It goes on by itself when that is mended`,
    runId,
    batchId: null,
    providerBatchId: null,
    pipeline,
    status: 'held',
    documents: null,
    counts: null,
    usd: null,
    error: code === null ? message : `${code}: ${message}`,
  };
}
