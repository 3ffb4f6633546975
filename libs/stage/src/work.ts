import type { Leased, Records, Transition, WorkRecord } from '@batchmill/records';
import type { StageDefinition } from './stage-definition.js';

export interface Work<T extends WorkRecord> {
  readonly stage: StageDefinition;
  readonly method: string;
  readonly records: Records<T>;
  readonly state: T['state'];
  handle(record: Leased<T>): Promise<AsyncIterable<Transition>>;
}
