import { ChunksSelected, ResultsIngested, type Event, type EventClass } from '@batchmill/contracts';
import { counted } from './measuring.js';

/** Counts a fact that has come true, and what it says was done. A fact that is said again is not counted again. */
export function countEvent(event: Event): void {
  const { events, documents, requests, tokens, cost } = counted();
  events.add(1, { event: (event.constructor as EventClass).event });
  if (event instanceof ChunksSelected) documents.add(event.documents, { step: 'selected' });
  if (!(event instanceof ResultsIngested)) return;
  documents.add(event.documents, { step: 'ingested' });
  for (const outcome of ['succeeded', 'failed', 'retried'] as const) requests.add(event[outcome], { outcome });
  tokens.add(event.inputTokens, { direction: 'input' });
  tokens.add(event.outputTokens, { direction: 'output' });
  cost.add(event.usd);
}
