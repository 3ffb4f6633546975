import type { Notifications, Transition, NotificationPayload } from '@batchmill/records';
import type { Channels } from './channels.js';
import { identityOf } from './identity-of.js';
import { onOneLine } from './payloads/on-one-line.js';

export interface Telling {
  /** What makes it the same one, however often it is found. */
  readonly factId: string;
  /** The fact's topic; null: no fact tells of it. */
  readonly event: string | null;
  readonly payload: NotificationPayload;
  readonly traceparent: string | null;
}

/** One notification per fact and channel. That for the log comes last: then all are recorded. */
export function* insertionsOf(
  { factId, payload, ...about }: Telling,
  { notifications, channels }: { notifications: Notifications; channels: Channels },
): Generator<Transition<never>, void, undefined> {
  const wanted = channels.all.filter(({ on }) => on.some((occasion) => occasion === payload.type));
  for (const channel of [...wanted.map(({ name }) => name), 'log']) {
    const identity = identityOf(factId, channel, payload);
    yield notifications.insert(notifications.new(identity, { channel, ...about, payload: onOneLine(payload) }));
  }
}
