import type { Event } from '@batchmill/contracts';
import { InterruptedError } from './interrupted-error.js';
import { LeaseLostError } from './lease-lost-error.js';
import type { LeaseWrites } from './lease-writes.js';
import type { Transition } from './transition.js';
import type { Changes, WorkRecord } from './work-record.js';

/**
 * A record under a lease: the only way to write to it while it is worked on. Every write expects the fence, so a holder
 * whose lease was taken over writes nothing and learns it by a LeaseLostError.
 */
export class Leased<T extends WorkRecord> {
  #data: T;
  readonly #writes: LeaseWrites<T>;
  readonly #stopping: AbortSignal;

  constructor(data: T, writes: LeaseWrites<T>, stopping: AbortSignal) {
    this.#data = data;
    this.#writes = writes;
    this.#stopping = stopping;
  }

  get id(): string {
    return this.#data._id;
  }

  /** As it was when taken, with what was written since. */
  get data(): T {
    return this.#data;
  }

  get fence(): number {
    return this.#data.fence;
  }

  /** Aborted when the stage stops or the lease is lost. */
  get stopping(): AbortSignal {
    return this.#stopping;
  }

  /** Writes the changes now. Throws a LeaseLostError when the lease is gone. */
  async save(changes: Changes<T>): Promise<void> {
    if (!(await this.#writes.save(this.#data, changes))) throw new LeaseLostError(this.id);
    this.#data = { ...this.#data, ...changes };
  }

  /** A checkpoint: saves, then throws an InterruptedError when the stage is to stop. */
  async checkpoint(changes: Changes<T>): Promise<void> {
    await this.save(changes);
    this.throwIfStopping();
  }

  /** A place where stopping loses nothing: throws an InterruptedError when the stage is to stop. */
  throwIfStopping(): void {
    if (this.#stopping.aborted) throw new InterruptedError(this.id);
  }

  /** Changes that are written together with the next step. */
  with(changes: Changes<T>): PendingTransition<T> {
    return new PendingTransition(this.#data, this.#writes, changes);
  }

  /** Moves the record to a state, with the events that say so, and ends the work on it. */
  to<E extends Event = never>(state: T['state'], ...events: E[]): Transition<E> {
    return this.with({}).to(state, ...events);
  }

  /** Leaves the record in its state, not to be looked at before `until` unless it is woken, and ends the work on it. */
  wait(until: Date): Transition<never> {
    return this.with({}).wait(until);
  }
}

/** A leased record about to be let go, with the changes that go along. */
export class PendingTransition<T extends WorkRecord> {
  readonly #data: T;
  readonly #writes: LeaseWrites<T>;
  readonly #changes: Changes<T>;

  constructor(data: T, writes: LeaseWrites<T>, changes: Changes<T>) {
    this.#data = data;
    this.#writes = writes;
    this.#changes = changes;
  }

  to<E extends Event = never>(state: T['state'], ...events: E[]): Transition<E> {
    return this.#step(events, (envelopes) =>
      this.#writes.transition(this.#data, { state, changes: this.#changes, envelopes }),
    );
  }

  /** The same, but not to be taken before `until`, whoever asks. */
  backOff<E extends Event = never>(state: T['state'], until: Date, ...events: E[]): Transition<E> {
    return this.#step(events, (envelopes) =>
      this.#writes.transition(this.#data, { state, changes: this.#changes, envelopes, backoffUntil: until }),
    );
  }

  wait(until: Date): Transition<never> {
    return this.#step([], () => this.#writes.wait(this.#data, this.#changes, until), until);
  }

  #step<E extends Event>(
    events: readonly E[],
    apply: Transition<E>['apply'],
    dueAt: Date | null = null,
  ): Transition<E> {
    return {
      events,
      recordId: this.#data._id,
      endsLease: true,
      dueAt,
      whenNotApplied: 'lease-lost',
      apply,
      markPublished: (factId) => this.#writes.markPublished(this.#data._id, factId),
    };
  }
}
