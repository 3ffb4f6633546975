import { ProcessingError, classOf, type EventClass } from '@batchmill/contracts';
import type { Records, Transition, WorkRecord } from '@batchmill/records';

/** The argument of `@Stage`. */
export interface StageDefinition {
  readonly name: string;
  /** The events that the stage's methods may yield. The stage also republishes those that stay in an outbox. */
  readonly produces: readonly EventClass[];
}

/** A class of records, as `@Works` names it. */
export type RecordsClass<T extends WorkRecord = WorkRecord> = abstract new (...dependencies: never[]) => Records<T>;

/** What a decorator declares about a method. `@Stage` fills in `stage`. */
export type HandlerDefinition = {
  stage: StageDefinition | null;
  readonly method: string;
} & (
  | {
      readonly kind: 'works';
      readonly on: RecordsClass;
      readonly in: string;
      readonly signaledBy: readonly EventClass[];
    }
  | { readonly kind: 'consumes'; readonly event: EventClass }
  | { readonly kind: 'consumes-unusable'; readonly event: EventClass }
  | { readonly kind: 'every'; readonly intervalMs: number | { readonly setting: 'sweepMs' } }
);

/** The key of a definition among the extras of a Nest message handler. */
export const definitionKey = 'batchmill';

/**
 * Throws a ProcessingError `stage.undeclared-event` for an event that the stage does not declare: no stage would
 * republish it.
 */
export function assertDeclared(transition: Transition, stage: StageDefinition): void {
  for (const event of transition.events) {
    const eventClass = classOf(event);
    if (stage.produces.includes(eventClass)) continue;
    throw new ProcessingError(
      'stage.undeclared-event',
      `${stage.name} yielded ${eventClass.event}, which is not among its \`produces\`; add it there`,
    );
  }
}
