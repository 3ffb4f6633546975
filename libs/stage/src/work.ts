import type { Clock, Ids } from '@batchmill/contracts';
import type { Leased, Records, Transition, WorkRecord } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import type { OutboxPublisher } from './outbox-publisher.js';
import type { Readiness } from './readiness.js';
import type { StageDefinition } from './stage-definition.js';
import type { WorkSettings } from './work-settings.js';

/** A stage's method that works on the records in one state. */
export interface Work<T extends WorkRecord> {
  readonly stage: StageDefinition;
  readonly method: string;
  readonly records: Records<T>;
  readonly state: T['state'];
  handle(record: Leased<T>): Promise<AsyncIterable<Transition>>;
}

/** What every part of a stage's host uses. */
export interface WorkDependencies {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly settings: WorkSettings;
  readonly publisher: OutboxPublisher;
  readonly readiness: Readiness;
}
