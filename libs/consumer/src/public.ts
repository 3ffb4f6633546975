/* What a file of a consumer imports, under `batchmill/consumer` or `@batchmill/consumer`. */
export { defineConsumer, type ConsumerDefinition, type ConsumerPorts, type Handling } from './define-consumer.js';
export {
  defineEvent,
  type DefinedEvent,
  type EventDefinition,
  type EventFieldDefinition,
  type EventFieldDefinitions,
  type EventFieldType,
  type EventFieldsOf,
} from './define-event.js';
export {
  BatchAbandonRequested,
  BatchCancelRequested,
  BatchDeferred,
  BatchFileBuilt,
  BatchHeld,
  BatchIdle,
  BatchProcessRequested,
  BatchReprocessRequested,
  BatchSettled,
  BatchSubmitted,
  ChunksSelected,
  DocumentsRetryScheduled,
  ResultsIngested,
  ResultsReprocessed,
  RunAccepted,
  RunCancelRequested,
  RunFinished,
  RunLimitRequested,
  RunPauseRequested,
  RunRejected,
  RunRequested,
  RunResumeRequested,
  RunScheduleMissed,
} from '@batchmill/contracts/events';
export type { Event, EventClass } from '@batchmill/contracts';
export type { ArchivedAnswer, ArchivedDocument } from '@batchmill/records';
