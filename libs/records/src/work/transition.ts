import type { Event, EventEnvelope } from '@batchmill/contracts';

/**
 * One durable change of a record, as data: a stage yields it and its host carries it out. The change and the envelopes
 * of its events are one write; the events are published after it.
 */
export interface Transition<E extends Event = Event> {
  readonly events: readonly E[];
  /** The record whose outbox holds the events. */
  readonly recordId: string;
  /**
   * True when the transition ends a lease: if nothing is written, the lease was lost. False when it needs no lease: if
   * nothing is written, another process made the same change first.
   */
  readonly endsLease: boolean;
  /** When the record that was held is due again; null when the transition does not decide that. */
  readonly dueAt: Date | null;
  /** Writes the change and its envelopes. False: the record was not in the expected state, and nothing was written. */
  apply(envelopes: readonly EventEnvelope[]): Promise<boolean>;
  /** Removes a published event from the outbox. */
  markPublished(eventId: string): Promise<void>;
}

/** What a stage's method returns: a generator of transitions. */
export type Transitions<E extends Event = never> = AsyncGenerator<Transition<E>, void, undefined>;
