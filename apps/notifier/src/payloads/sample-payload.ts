import { notificationTypes, type NotificationPayload } from '@batchmill/records';

/** The payload of a test message. */
export function testPayload(at: Date): NotificationPayload {
  return {
    type: 'test',
    timestamp: at.toISOString(),
    summary: 'This is a test of the notifications of Batchmill; no event is behind it',
    runId: null,
    batchId: null,
    providerBatchId: null,
    pipeline: null,
    status: 'test',
    documents: 0,
    counts: { of: 'documents', total: 0, succeeded: 0, failed: 0, pending: 0 },
    usd: 0,
    error: null,
  };
}

/** A payload of each type with every field set, and two with hardly any. A template must be able to render each. */
export function samplePayloads(at: Date): readonly NotificationPayload[] {
  const bare = testPayload(at);
  const full: Omit<NotificationPayload, 'type'> = {
    ...bare,
    runId: 'sample-run',
    batchId: 'sample-run.c1.b1',
    providerBatchId: 'batch_sample',
    pipeline: 'sample',
    status: 'failed',
    documents: 3,
    counts: { of: 'requests', total: 3, succeeded: 1, failed: 1, pending: 1 },
    usd: 0.0125,
    error: 'an error with a "quote" and a \\backslash',
  };
  return [
    ...notificationTypes.map((type): NotificationPayload => ({ ...full, type })),
    bare,
    { ...bare, type: 'run.ended', documents: null, counts: null, usd: null },
  ];
}
