import type { Event } from '@batchmill/contracts';
import type { LeaseWrites } from './lease-writes.js';
import type { Transition } from './transition.js';
import type { Changes, WorkRecord } from './work-record.js';

/** Thrown to the holder of a record that was taken over. Its writes change nothing any more. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';

  constructor(readonly recordId: string) {
    super(`${recordId}: the lease was lost; the process that took the record continues from its last checkpoint`);
  }
}

/** Thrown at a checkpoint when the stage is to stop. The record is released and taken again later. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';

  constructor(readonly recordId: string) {
    super(`${recordId}: interrupted at a checkpoint because the stage stops`);
  }
}

/** A record under a lease. Every write expects the fence, so a holder whose record was taken over writes nothing. */
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

  /** The record as it was taken, with the changes saved since. */
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

  /** Writes the changes now. Throws a LeaseLostError when the lease is lost. */
  async save(changes: Changes<T>): Promise<void> {
    if (!(await this.#writes.save(this.#data, changes))) throw new LeaseLostError(this.id);
    this.#data = { ...this.#data, ...changes };
  }

  /** Saves the changes, then throws an InterruptedError when the stage is to stop. */
  async checkpoint(changes: Changes<T>): Promise<void> {
    await this.save(changes);
    this.throwIfStopping();
  }

  /** Throws an InterruptedError when the stage is to stop. Called where stopping loses no work. */
  throwIfStopping(): void {
    if (this.#stopping.aborted) throw new InterruptedError(this.id);
  }

  /** Adds changes that are written together with the next transition. */
  with(changes: Changes<T>): PendingTransition<T> {
    return new PendingTransition(this.#data, this.#writes, changes);
  }

  /** The transition to a state, with its events. It ends the lease. */
  to<E extends Event = never>(state: T['state'], ...events: E[]): Transition<E> {
    return this.with({}).to(state, ...events);
  }

  /** Leaves the record in its state until then, or until a signal names it. It ends the lease. */
  wait(until: Date): Transition<never> {
    return this.with({}).wait(until);
  }
}

/** The changes collected for the next transition of a leased record. */
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
    return this.#ending(events, (envelopes) =>
      this.#writes.transition(this.#data, { state, changes: this.#changes, envelopes }),
    );
  }

  /** Like `to`, but the record is not taken before then, not even by a signal that arrives after this. */
  backOff<E extends Event = never>(state: T['state'], until: Date, ...events: E[]): Transition<E> {
    return this.#ending(events, (envelopes) =>
      this.#writes.transition(this.#data, { state, changes: this.#changes, envelopes, backoffUntil: until }),
    );
  }

  wait(until: Date): Transition<never> {
    return this.#ending([], () => this.#writes.wait(this.#data, this.#changes, until), until);
  }

  #ending<E extends Event>(
    events: readonly E[],
    apply: Transition<E>['apply'],
    dueAt: Date | null = null,
  ): Transition<E> {
    const recordId = this.#data._id;
    const markPublished = (eventId: string): Promise<void> => this.#writes.markPublished(recordId, eventId);
    return { events, recordId, endsLease: true, dueAt, apply, markPublished };
  }
}
