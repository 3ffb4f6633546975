import type { Clock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './records.js';
import type { NotificationPayload } from './notification-payload.js';
import { freshWork, type WorkRecord } from './work-record.js';

/** given-up: nobody took it for too long. */
export type NotificationState = 'due' | 'delivered' | 'given-up';

/** One fact for one channel. */
export interface Notification extends WorkRecord<NotificationState> {
  /** `log`, or one that was set up. */
  readonly channel: string;
  /** The topic of the fact; null for what no fact tells of. */
  readonly event: string | null;
  readonly payload: NotificationPayload;
  /** Deliveries that failed. */
  readonly failures: number;
  readonly deliveredAt: Date | null;
}

export class Notifications extends Records<Notification> {
  protected readonly indexes = [{ keys: { 'payload.runId': 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Notification>('notifications'), clock);
  }

  idIn(): string | null {
    return null;
  }

  override runOf({ payload }: Notification): string | null {
    return payload.runId;
  }

  /** `identity` and channel make it the same one: a fact told twice is one notification. */
  new(identity: string, about: Pick<Notification, 'channel' | 'event' | 'payload' | 'traceparent'>): Notification {
    const { traceparent, ...own } = about;
    return {
      ...freshWork(`${identity}.${about.channel}`, 'due', { now: this.clock.now(), traceparent }),
      ...own,
      failures: 0,
      deliveredAt: null,
    };
  }
}
