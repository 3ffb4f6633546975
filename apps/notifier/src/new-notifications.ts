import type { Notifications, NotificationPayload, Transition } from '@batchmill/records';
import type { Channels } from './channels.js';
import { notificationIdOf } from './notification-ids.js';

export interface NotifiableEvent {
  /** The same however often the event is received. */
  readonly id: string;
  /** The event's topic; null when the notification has no event. */
  readonly topic: string | null;
  readonly payload: NotificationPayload;
  readonly traceparent: string | null;
}

/** One new notification per channel that is sent such events. The log's comes last: once it exists, all of them do. */
export function* newNotifications(
  { id, topic, payload, traceparent }: NotifiableEvent,
  { notifications, channels }: { notifications: Notifications; channels: Channels },
): Generator<Transition<never>, void, undefined> {
  const subscribed = channels.all.filter(({ on }) => on.some((type) => type === payload.type));
  for (const channel of [...subscribed.map(({ name }) => name), 'log']) {
    const notificationId = notificationIdOf(id, channel, payload);
    const fields = { channel, event: topic, payload: onOneLine(payload), traceparent };
    yield notifications.insert(notifications.new(notificationId, fields));
  }
}

/** Joins the lines of every text: ids and errors come from outside, and may be put into subjects and headers. */
export function onOneLine(payload: NotificationPayload): NotificationPayload {
  const entries = Object.entries(payload).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? value.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() : value,
  ]);
  return Object.fromEntries(entries) as NotificationPayload; // the same fields
}
