import type { Database } from '@batchmill/sqlite';

/** What a group is written with. */
interface Transactions {
  readonly database: Database;
  write<T>(work: () => T, durable?: boolean): T;
  /** Within a write: work that is undone alone when it throws. */
  alone<T>(work: () => T): T;
}

interface Waiting {
  readonly durable: boolean;
  /** Writes within the transaction of its group, and keeps what came of it. */
  carryOut(): void;
  /** The group's transaction is durable. */
  settle(): void;
  reject(error: unknown): void;
}

/** A transaction blocks the process: this many writes are done before timers and sockets have their turn. */
const writesPerGroup = 16;

/**
 * Writes that were asked for in the same turn share one transaction, and so one wait for the disk. Each is atomic by
 * itself: one that throws is undone alone. When the transaction itself fails, all of its writes have not happened.
 */
export class GroupCommit {
  readonly #catalog: Transactions;
  #waiting: Waiting[] = [];

  constructor(catalog: Transactions) {
    this.#catalog = catalog;
  }

  /** Resolves when what `work` wrote is durable, or, if that is not asked for, written. */
  write<T>(work: () => T, durable = true): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let outcome: { readonly value: T } | { readonly error: unknown } | null = null;
    this.#waiting.push({
      durable,
      carryOut: () => {
        try {
          outcome = { value: this.#catalog.alone(work) };
        } catch (error) {
          if (!this.#catalog.database.isInTransaction) throw error;
          outcome = { error };
        }
      },
      settle: () => {
        if (outcome !== null && 'value' in outcome) resolve(outcome.value);
        else reject(outcome?.error);
      },
      reject,
    });
    if (this.#waiting.length === 1) setImmediate(() => this.#commit());
    return promise;
  }

  /** Carries out what waits. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commit();
  }

  #commit(): void {
    const group = this.#waiting.splice(0, writesPerGroup);
    if (this.#waiting.length > 0) setImmediate(() => this.#commit());
    if (group.length === 0) return;
    try {
      this.#catalog.write(
        () => {
          for (const each of group) each.carryOut();
        },
        group.some(({ durable }) => durable),
      );
    } catch (error) {
      for (const each of group) each.reject(error);
      return;
    }
    for (const each of group) each.settle();
  }
}
