import type { Clock, Event, EventClass, FieldsOf } from '@batchmill/contracts';
import type { RunRequested } from '@batchmill/contracts/events';
import type { ArchivedDocument, Transition } from '@batchmill/records';
import type { Collection, Fields } from '@batchmill/store';
import type { Log } from '@batchmill/telemetry';

type EventOf<C extends readonly EventClass[]> = C[number] extends EventClass<infer E> ? E : never;

/** What a consumer may use. */
export interface ConsumerPorts {
  /** A collection of the documents' database. Its filters and updates are written as those of MongoDB. */
  readonly collection: <T extends Fields = Fields>(name: string) => Collection<T>;
  /**
   * The answers of a batch, a document at a time. None when the event names no archive. Rejects with a ProcessingError
   * `blobs.missing` when there is no such archive.
   */
  readonly answers: (event: { readonly archive?: string | null }) => AsyncIterable<ArchivedDocument>;
  /** The name of the pipeline of an event's run; null when there is no such run. */
  readonly pipelineOf: (event: { readonly runId: string }) => Promise<string | null>;
  /** The transition that requests a run. Yielded again with the same `runId`, it changes nothing. */
  readonly requestRun: (request: FieldsOf<RunRequested> & { readonly runId: string }) => Transition<RunRequested>;
  /** The value of a setting by its name, from the same sources as the settings of the stages. Undefined: it is not set. */
  readonly setting: (name: string) => string | undefined;
  readonly clock: Clock;
  /** Never logs prompts, answers or keys. */
  readonly log: Log;
}

/**
 * What a method of a consumer returns: an async generator that yields events and transitions, or a promise when it publishes
 * nothing. What is yielded is committed and published before the method continues.
 */
export type Handling<E extends Event> = AsyncIterable<E | Transition<RunRequested>> | Promise<void>;

/** A service of one's own, without decorators. */
export interface ConsumerDefinition<
  C extends readonly EventClass[] = readonly EventClass[],
  P extends readonly EventClass[] = readonly EventClass[],
> {
  /** That of its folder, and of its consumer group. */
  readonly name: string;
  /** The events that it handles. */
  readonly consumes: C;
  /** The events of its own that its methods may yield. */
  readonly produces?: P;
  /**
   * Handles one message. When it has ended, the message is recorded as handled and not handled again. After a crash in between
   * it is called again: an event that it yields again with the same fields is not published again, and what it writes itself
   * it writes under a key. A message whose handling fails is retried a few times, then it becomes a dead letter.
   */
  handle?(event: EventOf<C>, ports: ConsumerPorts): Handling<EventOf<P>>;
  /** A periodic task. Each event that it yields is published, so it yields what is new. */
  readonly every?: {
    /** Between the end of one call and the next. */
    readonly seconds: number;
    call(ports: ConsumerPorts): Handling<EventOf<P>>;
  };
}

/** Gives a consumer its types. It is checked where it is loaded. */
export function defineConsumer<const C extends readonly EventClass[], const P extends readonly EventClass[] = []>(
  definition: ConsumerDefinition<C, P>,
): ConsumerDefinition<C, P> {
  return definition;
}
