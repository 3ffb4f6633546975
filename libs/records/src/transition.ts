import type { Event, EventEnvelope } from '@batchmill/contracts';

/**
 * One durable step of a stage's work, as data: what a stage yields and its host carries out.
 * The update and the facts that tell of it are one write; the facts are said after it.
 */
export interface Transition<E extends Event = Event> {
  readonly events: readonly E[];
  /** Whose `unsaid` holds the facts. */
  readonly recordId: string;
  /** True when the lease on the record ends with it. */
  readonly endsLease: boolean;
  /** When the record is due again, for the loop that just let it go; null when that is not its business. */
  readonly dueAt: Date | null;
  /** Writes the step with its facts. False: the record was not as expected, and nothing was written. */
  apply(envelopes: readonly EventEnvelope[]): Promise<boolean>;
  /** Forgets a fact that was said. */
  markPublished(factId: string): Promise<void>;
  /** What it means when nothing was written: the lease is gone, or somebody was quicker and that is fine. */
  readonly whenNotApplied: 'lease-lost' | 'done-already';
}

/** What a method that works on records, or takes a message in, is: a generator of durable steps. */
export type Transitions<E extends Event = never> = AsyncGenerator<Transition<E>, void, undefined>;
