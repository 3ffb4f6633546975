/**
 * A fact in the past tense, or a wish. Events carry ids and counts, never contents.
 * The static side says its name, its version, what it means and which of its fields orders it on the bus.
 */
export abstract class Event {
  /** Null: no order is needed, any partition will do. */
  abstract key(): string | null;
}

export interface EventClass<E extends Event = Event> {
  /** Without fields: an empty one for class-transformer to fill. */
  new (fields: never): E;
  /** `batch.settled` */
  readonly event: string;
  readonly version: number;
  /** One sentence for the reference. */
  readonly means: string;
  /** Input is recorded before its message is committed; everything else only wakes. */
  readonly isInput: boolean;
}

/** The data fields of an event. */
export type FieldsOf<E> = { [K in keyof E as E[K] extends (...args: never[]) => unknown ? never : K]: E[K] };

export const topicPrefix = 'batchmill.';

/** `batchmill.batch.settled` */
export function topicOf(event: EventClass): string {
  return topicPrefix + event.event;
}

/** `batchmill.batch.settled.v1` */
export function typeOf(event: EventClass): string {
  return `${topicPrefix}${event.event}.v${event.version}`;
}

export function classOf(event: Event): EventClass {
  return event.constructor as unknown as EventClass;
}
