import type { EventClass } from '@batchmill/contracts';
import type { Records, WorkRecord } from '@batchmill/records';

/** What `@Stage` says of a class. */
export interface StageDefinition {
  readonly name: string;
  /** The facts that its methods may yield, and that it says again when they stay outbox. */
  readonly produces: readonly EventClass[];
}

export type RecordsClass<T extends WorkRecord = WorkRecord> = abstract new (...needs: never[]) => Records<T>;

/** What a decorator says of a method; `stage` is filled in by the class's own decorator. */
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

export const definitionKey = 'batchmill';
