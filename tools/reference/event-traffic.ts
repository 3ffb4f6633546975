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

/** The stages that declare the event; input comes from outside. */
export function speakersOf(event: EventClass): string[] {
  const stages = handlers.flatMap(({ stage }) => (stage?.produces.includes(event) === true ? [stage.name] : []));
  return [...(event.isInput ? ['`batchmill`, or any program'] : []), ...new Set(stages)];
}

/** The stages that take the event in, and those that it only wakes. */
export function listenersTo(event: EventClass): string[] {
  const sides = handlers.flatMap((handler) => {
    const name = handler.stage?.name ?? '';
    if (handler.kind === 'consumes' && handler.event === event) return [`${name} (takes it in)`];
    if (handler.kind === 'works' && handler.signaledBy.includes(event)) {
      return [`${name} (is woken for what is ${handler.in})`];
    }
    return [];
  });
  return [...new Set(sides)];
}
