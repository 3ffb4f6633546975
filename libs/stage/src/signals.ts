import type { Records, WorkRecord } from '@batchmill/records';

/** The records that signals are for. */
export interface SignalTarget<T extends WorkRecord> {
  readonly records: Records<T>;
  readonly state: T['state'];
}

/** The ids of records that were signaled and not taken since. */
export class Signals<T extends WorkRecord> {
  readonly #ids = new Set<string>();

  constructor(
    private readonly target: SignalTarget<T>,
    private readonly settings: { readonly owner: string; readonly leaseMs: number },
  ) {}

  /** Notes a signal. A second one for the same record changes nothing. */
  add(recordId: string): void {
    this.#ids.add(recordId);
  }

  /** Takes the first signaled record that can be taken; null when none can. If it rejects, the signal is kept. */
  async take(): Promise<T | null> {
    for (const id of this.#ids) {
      // Deleted first, so that a signal that arrives meanwhile counts as a new one.
      this.#ids.delete(id);
      try {
        const record = await this.#takeOrNote(id);
        if (record !== null) return record;
      } catch (error) {
        this.#ids.add(id);
        throw error;
      }
    }
    return null;
  }

  /** Null: the record cannot be taken, or the signal was noted for its holder. */
  async #takeOrNote(id: string): Promise<T | null> {
    const { records, state } = this.target;
    const { owner, leaseMs } = this.settings;
    const options = { state, owner, leaseMs, id };
    const record = await records.take(options);
    if (record !== null || (await records.noteSignal(id, state))) return record;
    // The lease may have ended just before the signal could be noted.
    return records.take(options);
  }
}
