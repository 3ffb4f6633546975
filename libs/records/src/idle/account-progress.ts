import type { Collection, Fields, Store } from '@batchmill/store';

interface StoredProgress extends Fields {
  /** The account. */
  readonly _id: string;
  /** When a poll last found that a batch of it had gone on. */
  readonly movedAt: Date;
}

/** When the provider last worked for an account, as the polls of all processes have seen it. */
export class AccountProgress {
  readonly #collection: Collection<StoredProgress>;

  constructor(store: Store) {
    this.#collection = store.collection<StoredProgress>('account_progress');
  }

  /** Notes that a batch of the account has gone on. An earlier time changes nothing. */
  async note(account: string, movedAt: Date): Promise<void> {
    await this.#collection.updateOne({ _id: account }, { $max: { movedAt } }, { upsert: true, durable: false });
  }

  /** Null: no batch of the account was seen to go on. */
  async lastOf(account: string): Promise<Date | null> {
    return (await this.#collection.findOne({ _id: account }))?.movedAt ?? null;
  }
}
