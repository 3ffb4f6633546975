import { BatchSubmitter } from '@batchmill/batch-submitter';
import { ChunkScanner, ScheduleStarter } from '@batchmill/chunk-scanner';
import type { EventClass } from '@batchmill/contracts';
import { JsonlBuilder } from '@batchmill/jsonl-builder';
import { Notifier } from '@batchmill/notifier';
import { ResultIngester } from '@batchmill/result-ingester';
import { declaredOf, type HandlerDefinition } from '@batchmill/stage';
import { StatusPoller } from '@batchmill/status-poller';

const handlers: readonly HandlerDefinition[] = [
  ChunkScanner,
  ScheduleStarter,
  JsonlBuilder,
  BatchSubmitter,
  StatusPoller,
  ResultIngester,
  Notifier,
].flatMap(declaredOf);

/** The stages that publish the event. Any program may publish input. */
export function producersOf(event: EventClass): string[] {
  const stages = handlers.flatMap(({ stage }) => (stage?.produces.includes(event) === true ? [stage.name] : []));
  return [...(event.isInput ? ['`batchmill`, or any program'] : []), ...new Set(stages)];
}

/** The stages that record the event, and those for which it is only a signal. */
export function consumersOf(event: EventClass): string[] {
  const consumers = handlers.flatMap((handler) => {
    const name = handler.stage?.name ?? '';
    if (handler.kind === 'consumes' && handler.event === event) return [`${name} (records it)`];
    if (handler.kind === 'works' && handler.signaledBy.includes(event)) {
      return [`${name} (signal for ${handler.in} records)`];
    }
    return [];
  });
  return [...new Set(consumers)];
}
