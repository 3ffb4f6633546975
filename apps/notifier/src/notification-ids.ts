import type { NotificationPayload } from '@batchmill/records';
import { createHash } from 'node:crypto';

const lengthToHour = '2026-01-01T10'.length;

/**
 * The id of a notification, without its channel: two with the same id are one notification. That is one per event. But a
 * run may have thousands of failed batches: they are mailed once per run, type, status and hour.
 */
export function notificationIdOf(
  eventId: string,
  channel: string,
  { type, runId, status, timestamp }: NotificationPayload,
): string {
  const isRunEvent = type === 'run.started' || type === 'run.ended';
  if (channel !== 'email' || isRunEvent) return eventId;
  return [runId, type, status, timestamp.slice(0, lengthToHour)].join('.');
}

/** The id that receivers see: always the same, short, and without dots, because dots separate the parts of a signature. */
export function messageIdOf(notificationId: string): string {
  return `msg_${createHash('sha256').update(notificationId).digest('hex').slice(0, 32)}`;
}
