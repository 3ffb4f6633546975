import type { Clock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './work/records.js';
import { freshWork, type WorkRecord } from './work/work-record.js';

/** What people can be notified of. */
export const notificationTypes = [
  'run.started',
  'run.progressed',
  'run.ended',
  'batch.completed',
  'batch.failed',
  'batch.cancelled',
  'batch.idle',
  'documents.retry-scheduled',
  'work.parked',
  'work.held',
] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** What a notification says: ids, status, counts and a summary. Never prompts, answers or vectors. */
export interface NotificationPayload {
  readonly type: NotificationType | 'test';
  /** When it happened. ISO 8601. */
  readonly timestamp: string;
  /** One sentence that says it all. */
  readonly summary: string;
  readonly runId: string | null;
  /** Null for a notification about a run. */
  readonly batchId: string | null;
  /** Null when the batch was never submitted, or its id is not known. */
  readonly providerBatchId: string | null;
  readonly pipeline: string | null;
  /** The state, or how the run or batch ended. */
  readonly status: string;
  /** Null when nothing was counted yet. */
  readonly documents: number | null;
  readonly counts: NotificationCounts | null;
  readonly usd: number | null;
  /** The first error; null when there was none. */
  readonly error: string | null;
}

/** Counts requests for a batch and documents for a run. */
export interface NotificationCounts {
  readonly of: 'requests' | 'documents';
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The rest: still to be done, or left pending. */
  readonly pending: number;
}

/** given-up: it could not be delivered for too long. */
const active = ['due'] as const;

/** Every state of a notification. */
export const notificationStates = [...active, 'delivered', 'given-up'] as const;
export type NotificationState = (typeof notificationStates)[number];

/** One event for one channel. */
export interface Notification extends WorkRecord<NotificationState> {
  /** `log`, `webhook` or `email`. */
  readonly channel: string;
  /** The topic of the event; null for a notification that no event causes. */
  readonly event: string | null;
  readonly payload: NotificationPayload;
  /** Deliveries that failed. */
  readonly failures: number;
  /** Why the last delivery failed. Missing or null: none has, or the record is of an earlier version. */
  readonly lastError?: string | null;
  readonly deliveredAt: Date | null;
}

/** The notifications of all runs. */
export class Notifications extends Records<Notification> {
  readonly activeStates = active;
  readonly stageOf = { due: 'notifier' };
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

  /** True once there is a notification about a run, on a channel, of an event of one of these topics. */
  async isRecorded(runId: string, topics: readonly string[], channel: string): Promise<boolean> {
    return (await this.collection.count({ 'payload.runId': runId, event: { $in: topics }, channel })) > 0;
  }

  /** How many notifications of a run wait for their first delivery attempt. */
  async countUntried(runId: string): Promise<number> {
    return this.collection.count({ 'payload.runId': runId, state: 'due', parked: false, failures: 0 });
  }

  /** The notifications of a run that were sent, and that their channel has not accepted. */
  notAccepted(runId: string): AsyncIterable<Notification> {
    return this.collection.find({ 'payload.runId': runId, failures: { $gt: 0 }, deliveredAt: null });
  }

  /** Deletes those of a run that are not due. Returns how many were deleted. */
  async deleteOfRun(runId: string): Promise<number> {
    return this.deleteWhere({ 'payload.runId': runId, state: { $ne: 'due' } });
  }

  /** Those of a run. */
  ofRun(runId: string): AsyncIterable<Notification> {
    return this.collection.find({ 'payload.runId': runId });
  }

  /** Replaces what a notification that is not due says. */
  async replacePayload(id: string, payload: NotificationPayload): Promise<void> {
    await this.collection.updateOne({ _id: id, state: { $ne: 'due' } }, { $set: { payload } });
  }

  /**
   * A new notification, not yet inserted. Its id is `identity` and channel, so there is one per event and channel.
   */
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
