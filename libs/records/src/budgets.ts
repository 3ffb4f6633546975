import type { Clock } from '@batchmill/contracts';
import type { Collection, Fields, Store } from '@batchmill/store';
import type { BudgetEntry, Waiting } from './budget-entry.js';
import { isItsTurn } from './is-its-turn.js';

/** Enqueued tokens of one account and model: what is held by batches on their way, and what the provider allows. */
export interface Budget extends Fields {
  readonly _id: string;
  readonly held: number;
  /** As the provider's own message told it; null: not known. */
  readonly limit: number | null;
  /** When it was told; null with the limit. */
  readonly learnedAt: Date | null;
  readonly entries: readonly BudgetEntry[];
  /** Those that found no room, while they go on asking. */
  readonly waiting: readonly Waiting[];
}

/** Accounts grow: a limit that nobody has heard of for so long is tried again. */
const limitHoldsMs = 24 * 3_600_000;
/** Who waits for room says so again after so long, and is forgotten when it has not said so for much longer. */
const asksAgainMs = 10_000;
const waitsAtMostMs = 3 * asksAgainMs;

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

  /**
   * True: the entry holds its share, now or since before. False: there is no room, or others are before it. What is written
   * here need not wait for the disk: the create that it allows is armed by a write that does.
   */
  async reserve(account: string, model: string, entry: BudgetEntry): Promise<boolean> {
    const budget = await this.#budgetOf(idOf(account, model));
    if (budget.entries.some((held) => isSame(held, entry))) return true;
    const limit = this.#limitIn(budget);
    if (limit !== null && entry.tokens > limit) return false; // it will never fit, and must not be waited for
    if (limit !== null && !isItsTurn(entry, budget.entries, this.#waitingIn(budget))) {
      await this.#wait(budget, entry);
      return false;
    }
    const { matched } = await this.#collection.updateOne(
      {
        _id: budget._id,
        entries: { $not: { $elemMatch: { batchId: entry.batchId, attempt: entry.attempt } } },
        limit: budget.limit,
        ...(limit === null ? {} : { held: { $lte: limit - entry.tokens } }),
      },
      {
        $inc: { held: entry.tokens },
        $push: { entries: entry },
        $pull: { waiting: { batchId: entry.batchId, attempt: entry.attempt } },
      },
      { durable: false },
    );
    if (matched === 0) await this.#wait(budget, entry);
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
      { durable: false },
    );
  }

  /** The limit in the provider's message holds from now on, for a day. */
  async learn(account: string, model: string, limit: number): Promise<void> {
    await this.#collection.updateOne(
      { _id: idOf(account, model) },
      { $set: { limit, learnedAt: this.clock.now() }, $setOnInsert: { held: 0, entries: [], waiting: [] } },
      { upsert: true },
    );
  }

  async #budgetOf(_id: string): Promise<Budget> {
    const fresh = { held: 0, limit: null, learnedAt: null, entries: [], waiting: [] };
    const known = await this.#collection.findOne({ _id });
    if (known !== null) return { ...fresh, ...known }; // one that was stored before there was a queue has none
    await this.#collection.updateOne({ _id }, { $setOnInsert: fresh }, { upsert: true });
    return { _id, ...fresh };
  }

  async #wait(budget: Budget, entry: BudgetEntry): Promise<void> {
    const { _id, waiting } = budget;
    const now = this.clock.now();
    const { batchId, attempt } = entry;
    const known = waiting.find((each) => isSame(each, entry));
    if (known !== undefined && now.getTime() - known.askedAt.getTime() < asksAgainMs) return;
    const own: Waiting = { ...entry, since: known?.since ?? now, askedAt: now };
    const areForgotten = this.#waitingIn(budget).length < waiting.length;
    for (const places of [
      ...(areForgotten ? [{ askedAt: { $lte: this.#waitsSince() } }] : []),
      ...(known === undefined ? [] : [{ batchId, attempt }]),
    ]) {
      await this.#collection.updateOne({ _id }, { $pull: { waiting: places } }, { durable: false });
    }
    await this.#collection.updateOne({ _id }, { $push: { waiting: own } }, { durable: false });
  }

  #waitingIn({ waiting }: Budget): Waiting[] {
    const since = this.#waitsSince();
    return waiting.filter(({ askedAt }) => askedAt > since);
  }

  /** Those that were cancelled, or whose process ended, do not ask any more. */
  #waitsSince(): Date {
    return new Date(this.clock.now().getTime() - waitsAtMostMs);
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
