import type { NotificationPayload } from '@batchmill/records';

const hourDigits = '2026-01-01T10'.length;

/**
 * What makes a notification the same one: its fact. What a run may have thousands of is mailed once per run, status and
 * hour, however many batches fail in it.
 */
export function identityOf(
  factId: string,
  channel: string,
  { type, runId, status, timestamp }: NotificationPayload,
): string {
  const isOfRun = type === 'run.started' || type === 'run.ended';
  if (channel !== 'email' || isOfRun) return factId;
  return [runId, type, status, timestamp.slice(0, hourDigits)].join('.');
}
