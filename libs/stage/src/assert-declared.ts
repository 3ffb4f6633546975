import { ProcessingError, classOf } from '@batchmill/contracts';
import type { Transition } from '@batchmill/records';
import type { StageDefinition } from './stage-definition.js';

/** A stage says only the facts that it declared: nobody else would say them again when they stay outbox. */
export function assertDeclared(transition: Transition, stage: StageDefinition): void {
  for (const event of transition.events) {
    const eventClass = classOf(event);
    if (stage.produces.includes(eventClass)) continue;
    throw new ProcessingError(
      'stage.undeclared-fact',
      `${stage.name} yielded ${eventClass.event}, which is not among its \`produces\`; add it there`,
    );
  }
}
