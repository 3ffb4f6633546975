import type { NotificationPayload } from '@batchmill/records';

/** Every text of it on one line: ids and errors come from outside, and may stand in subjects and headers. */
export function onOneLine(payload: NotificationPayload): NotificationPayload {
  const entries = Object.entries(payload).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? value.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() : value,
  ]);
  return Object.fromEntries(entries) as NotificationPayload; // the same fields
}
