import type { Clock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './records.js';
import { freshWork, type WorkRecord } from './work-record.js';

/** given-up: nobody took it for too long. */
export type NotificationState = 'due' | 'delivered' | 'given-up';

/** One fact for one channel. */
export interface Notification extends WorkRecord<NotificationState> {
  readonly channel: string;
  readonly event: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Deliveries that failed. */
  readonly failures: number;
  readonly deliveredAt: Date | null;
}

export class Notifications extends Records<Notification> {
  protected readonly indexes = [];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Notification>('notifications'), clock);
  }

  idIn(): string | null {
    return null;
  }

  override runOf({ payload }: Notification): string | null {
    return typeof payload['runId'] === 'string' ? payload['runId'] : null;
  }

  /** `factId` and channel are its identity: the same fact told twice is one notification. */
  new(factId: string, about: Pick<Notification, 'channel' | 'event' | 'payload' | 'traceparent'>): Notification {
    const { traceparent, ...own } = about;
    return {
      ...freshWork(`${factId}.${about.channel}`, 'due', { now: this.clock.now(), traceparent }),
      ...own,
      failures: 0,
      deliveredAt: null,
    };
  }
}
