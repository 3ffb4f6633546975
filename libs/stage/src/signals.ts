import type { Records, WorkRecord } from '@batchmill/records';

export interface SignalTarget<T extends WorkRecord> {
  readonly records: Records<T>;
  readonly state: T['state'];
}

/** The records that messages named and that nobody has looked at since. */
export class Signals<T extends WorkRecord> {
  readonly #ids = new Set<string>();

  constructor(
    private readonly of: SignalTarget<T>,
    private readonly settings: { readonly owner: string; readonly leaseMs: number },
  ) {}

  add(recordId: string): void {
    this.#ids.add(recordId);
  }

  /** The first that can be taken; null when none can. A wake that could not be followed, as the rejection says, is kept. */
  async take(): Promise<T | null> {
    for (const id of this.#ids) {
      // Deleted first: a wake that comes meanwhile is a new one.
      this.#ids.delete(id);
      try {
        const named = await this.#takeNamed(id);
        if (named !== null) return named;
      } catch (error) {
        this.#ids.add(id);
        throw error;
      }
    }
    return null;
  }

  /** Null: it is not there to be taken, or its holder looks again before letting it go. */
  async #takeNamed(id: string): Promise<T | null> {
    const { records, state } = this.of;
    const { owner, leaseMs } = this.settings;
    const taking = { state, owner, leaseMs, id };
    const named = await records.take(taking);
    if (named !== null || (await records.noteSignal(id, state))) return named;
    // Its holder may have let it go just before the wake could be noted.
    return records.take(taking);
  }
}
