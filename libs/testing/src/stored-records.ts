import type { Batch, Claim, InboxEntry, Notification, Run, Schedule } from '@batchmill/records';
import type { Collection, Store } from '@batchmill/store';

export interface StoredRecords {
  readonly runs: Collection<Run>;
  readonly claims: Collection<Claim>;
  readonly batches: Collection<Batch>;
  readonly notifications: Collection<Notification>;
  readonly schedules: Collection<Schedule>;
  readonly inbox: Collection<InboxEntry>;
}

/**
 * The records as they are stored, for tests that look for them with filters of their own. Stages ask the records'
 * classes.
 */
export function storedRecords(store: Store): StoredRecords {
  return {
    runs: store.collection('runs'),
    claims: store.collection('claims'),
    batches: store.collection('batches'),
    notifications: store.collection('notifications'),
    schedules: store.collection('schedules'),
    inbox: store.collection('inbox'),
  };
}
