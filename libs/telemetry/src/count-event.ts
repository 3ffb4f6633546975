import { type Event, type EventClass } from '@batchmill/contracts';
import { ChunksSelected, ResultsIngested } from '@batchmill/contracts/events';
import { currentInstruments } from './metrics.js';

/** Counts an event when it is recorded, and what it reports. A republished event is not counted again. */
export function countEvent(event: Event): void {
  const { events, documents, requests, tokens, cost } = currentInstruments();
  events.add(1, { event: (event.constructor as EventClass).event });
  if (event instanceof ChunksSelected) documents.add(event.documents, { state: 'selected' });
  if (!(event instanceof ResultsIngested)) return;
  documents.add(event.documents, { state: 'ingested' });
  for (const outcome of ['succeeded', 'failed', 'retried'] as const) requests.add(event[outcome], { outcome });
  tokens.add(event.inputTokens, { direction: 'input' });
  tokens.add(event.outputTokens, { direction: 'output' });
  cost.add(event.usd);
}
