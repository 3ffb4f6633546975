import type { Database } from '@batchmill/sqlite';

/** The transactions of the catalog. */
interface Transactions {
  readonly database: Database;
  write<T>(work: () => T, durable?: boolean): T;
  /** Within a write: if `work` throws, only its own changes are rolled back. */
  writeNested<T>(work: () => T): T;
}

interface PendingWrite {
  readonly durable: boolean;
  /** Runs within the transaction of its group, and keeps the outcome. Throws where nothing of that transaction can stay. */
  execute(isAlone: boolean): void;
  /** To be called when the transaction of the group is committed. */
  settle(): void;
  reject(error: unknown): void;
}

/** A transaction blocks the process, so it has at most this many writes before timers and sockets get their turn. */
const writesPerGroup = 16;

/**
 * Commits the writes of the same turn of the event loop in one transaction, and so with one sync of the disk. Each write
 * is atomic: if one throws, only its own changes are rolled back. If the transaction fails, all of its writes fail.
 */
export class GroupCommit {
  readonly #catalog: Transactions;
  #pending: PendingWrite[] = [];

  constructor(catalog: Transactions) {
    this.#catalog = catalog;
  }

  /** Resolves when the changes of `work` are durable, or committed if `durable` is false. */
  write<T>(work: () => T, durable = true): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let outcome: { readonly value: T } | { readonly error: unknown } | null = null;
    this.#pending.push({
      durable,
      execute: (isAlone) => {
        try {
          // Alone it needs no savepoint, for which SQLite copies every page before it is changed.
          outcome = { value: isAlone ? work() : this.#catalog.writeNested(work) };
        } catch (error) {
          if (isAlone || !this.#catalog.database.isInTransaction) throw error;
          outcome = { error };
        }
      },
      settle: () => {
        if (outcome !== null && 'value' in outcome) resolve(outcome.value);
        else reject(outcome?.error);
      },
      reject,
    });
    if (this.#pending.length === 1) setImmediate(() => this.#commit());
    return promise;
  }

  /** Commits all pending writes. */
  flush(): void {
    while (this.#pending.length > 0) this.#commit();
  }

  #commit(): void {
    const group = this.#pending.splice(0, writesPerGroup);
    if (this.#pending.length > 0) setImmediate(() => this.#commit());
    if (group.length === 0) return;
    try {
      this.#catalog.write(
        () => {
          for (const each of group) each.execute(group.length === 1);
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
