/**
 * A fact in the past tense, or a command such as `run.cancel-requested`. Events carry ids and counts, never contents.
 * The static side of the class gives its name, version and description. The validators on its fields are its schema.
 */
export abstract class Event {
  /** The key that orders events on the bus. Null: the event needs no order. */
  abstract key(): string | null;
}

export interface EventClass<E extends Event = Event> {
  /** class-transformer calls it without fields and fills them in afterwards. */
  new (fields: never): E;
  /** `batch.settled` */
  readonly event: string;
  readonly version: number;
  /** One sentence for the reference. */
  readonly description: string;
  /** True for input, which is recorded before its message is committed. Every other event is only a signal. */
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
