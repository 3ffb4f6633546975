import 'reflect-metadata';
import { stageList } from '@batchmill/all-in-one';
import type { EventClass } from '@batchmill/contracts';
import { declaredOf, type HandlerDefinition } from '@batchmill/stage';
import type { Type } from '@nestjs/common';

const handlers: readonly HandlerDefinition[] = stageList.flatMap(({ module }) =>
  (Reflect.getMetadata('controllers', module) as Type<object>[]).flatMap((controller) => declaredOf(controller)),
);

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
