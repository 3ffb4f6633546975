import 'reflect-metadata';
import { stageList } from '@batchmill/all-in-one';
import type { EventClass } from '@batchmill/contracts';
import { declaredOf, type HandlerDefinition } from '@batchmill/stage';
import type { Type } from '@nestjs/common';

const handlers: readonly HandlerDefinition[] = stageList.flatMap(({ module }) =>
  (Reflect.getMetadata('controllers', module) as Type<object>[]).flatMap((controller) => declaredOf(controller)),
);

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
