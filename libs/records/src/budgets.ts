import type { Clock } from '@batchmill/contracts';
import type { Fields, Store, Collection } from '@batchmill/store';

/** Enqueued tokens of one account and model: what is held by batches on their way, and what the provider allows. */
export interface Budget extends Fields {
  readonly _id: string;
  readonly held: number;
  /** As the provider's own message told it; null: not known. */
  readonly limit: number | null;
  /** When it was told; null with the limit. */
  readonly learnedAt: Date | null;
  readonly entries: readonly BudgetEntry[];
}

export interface BudgetEntry {
  readonly batchId: string;
  readonly attempt: number;
  readonly tokens: number;
}

/** Accounts grow: a limit that nobody has heard of for so long is tried again. */
const limitHoldsMs = 24 * 3_600_000;

/** Shares of the provider's queue. Every write is one conditional update: no two batches get the same room. */
export class Budgets {
  readonly #collection: Collection<Budget>;

  constructor(
    store: Store,
    private readonly clock: Clock,
  ) {
    this.#collection = store.collection<Budget>('budgets');
  }

  async get(account: string, model: string): Promise<Budget | null> {
    return this.#collection.findOne({ _id: idOf(account, model) });
  }

  /** Null: none is known, or none that was heard of lately. */
  async limitOf(account: string, model: string): Promise<number | null> {
    return this.#limitIn(await this.get(account, model));
  }

  find(): AsyncIterable<Budget> {
    return this.#collection.find({});
  }

  /** True: the entry holds its share, now or since before. False: there is no room. */
  async reserve(account: string, model: string, entry: BudgetEntry): Promise<boolean> {
    const _id = idOf(account, model);
    await this.#collection.updateOne(
      { _id },
      { $setOnInsert: { held: 0, limit: null, learnedAt: null, entries: [] } },
      { upsert: true },
    );
    const budget = await this.#collection.findOne({ _id });
    if (budget?.entries.some((held) => isSame(held, entry)) === true) return true;
    const limit = this.#limitIn(budget);
    const { matched } = await this.#collection.updateOne(
      {
        _id,
        entries: { $not: { $elemMatch: { batchId: entry.batchId, attempt: entry.attempt } } },
        limit: budget?.limit ?? null,
        ...(limit === null ? {} : { held: { $lte: limit - entry.tokens } }),
      },
      { $inc: { held: entry.tokens }, $push: { entries: entry } },
    );
    return matched === 1;
  }

  /** Gives an entry's share back; a second time does nothing. */
  async release(budgetId: string, entry: BudgetEntry): Promise<void> {
    await this.#collection.updateOne(
      { _id: budgetId, entries: { $elemMatch: { batchId: entry.batchId, attempt: entry.attempt } } },
      {
        $inc: { held: -entry.tokens },
        $pull: { entries: { batchId: entry.batchId, attempt: entry.attempt } },
      },
    );
  }

  /** The limit in the provider's message holds from now on, for a day. */
  async learn(account: string, model: string, limit: number): Promise<void> {
    await this.#collection.updateOne(
      { _id: idOf(account, model) },
      { $set: { limit, learnedAt: this.clock.now() }, $setOnInsert: { held: 0, entries: [] } },
      { upsert: true },
    );
  }

  #limitIn(budget: Budget | null): number | null {
    if (budget?.learnedAt == null) return null;
    return this.clock.now().getTime() - budget.learnedAt.getTime() < limitHoldsMs ? budget.limit : null;
  }
}

function idOf(account: string, model: string): string {
  return `${account}|${model}`;
}

function isSame(a: BudgetEntry, b: BudgetEntry): boolean {
  return a.batchId === b.batchId && a.attempt === b.attempt;
}
