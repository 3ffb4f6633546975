import type { Clock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './records.js';
import type { NotificationPayload } from './notification-payload.js';
import { freshWork, type WorkRecord } from './work-record.js';

/** given-up: nobody took it for too long. */
const active = ['due'] as const;

/** Every state of a notification. */
export const notificationStates = [...active, 'delivered', 'given-up'] as const;
export type NotificationState = (typeof notificationStates)[number];

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
  readonly activeStates = active;
  protected readonly indexes = [{ keys: { 'payload.runId': 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Notification>('notifications'), clock);
  }

  idIn(): string | null {
    return null;
  }

  runOf({ payload }: Notification): string | null {
    return payload.runId;
  }

  /** True once an event of one of these topics about a run has its notification on a channel. */
  async isRecorded(runId: string, topics: readonly string[], channel: string): Promise<boolean> {
    return (await this.collection.count({ 'payload.runId': runId, event: { $in: topics }, channel })) > 0;
  }

  /** How many notifications of a run no delivery was tried of yet. */
  async countUntried(runId: string): Promise<number> {
    return this.collection.count({ 'payload.runId': runId, state: 'due', parked: false, failures: 0 });
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
