import type { Clock } from '@batchmill/contracts';
import type { Collection, Fields, Store } from '@batchmill/store';
import { isItsTurn, isSameShare, type BudgetShare, type WaitingShare } from './budget-queue.js';

/** The enqueued tokens of one account and model at the provider. */
export interface Budget extends Fields {
  readonly _id: string;
  /** The sum of the shares. */
  readonly held: number;
  /** The provider's limit, as its own message named it; null: not known. */
  readonly limit: number | null;
  /** When the limit was learned; null with the limit. */
  readonly learnedAt: Date | null;
  readonly shares: readonly BudgetShare[];
  readonly waiting: readonly WaitingShare[];
}

/** The provider raises limits: one that was learned this long ago counts as unknown. */
const limitValidMs = 24 * 3_600_000;
/** It is noted at most this often that a batch still asks for its share. */
const askIntervalMs = 10_000;
/**
 * A waiting share is forgotten when its batch has not asked for it for this long: the batch was cancelled, or the process
 * that worked on it ended.
 */
const forgottenAfterMs = 3 * askIntervalMs;

/** Shares of the provider's queue. Every write is one conditional update, so no two batches get the same room. */
export class Budgets {
  readonly #collection: Collection<Budget>;

  constructor(
    store: Store,
    private readonly clock: Clock,
  ) {
    this.#collection = store.collection<Budget>('budgets');
  }

  /** The budget of an account and model; null when nothing was reserved or learned yet. */
  async get(account: string, model: string): Promise<Budget | null> {
    return this.#collection.findOne({ _id: idOf(account, model) });
  }

  /** In tokens. Null: no limit is known, or it was learned too long ago. */
  async limitOf(account: string, model: string): Promise<number | null> {
    return this.#limitIn(await this.get(account, model));
  }

  /** Every budget of every account. */
  all(): AsyncIterable<Budget> {
    return this.#collection.find({});
  }

  /**
   * True: the share is held, from now on or already. False: there is no room, or it is another share's turn. The write
   * need not be durable, because the create call that it allows is armed by a write that is.
   */
  async reserve(account: string, model: string, share: BudgetShare): Promise<boolean> {
    const budget = await this.#getOrInsert(idOf(account, model));
    if (budget.shares.some((held) => isSameShare(held, share))) return true;
    const limit = this.#limitIn(budget);
    if (limit !== null && share.tokens > limit) return false; // it will never fit: no other share waits for it
    if (limit !== null && !isItsTurn(share, budget.shares, this.#stillWaiting(budget))) {
      await this.#wait(budget, share);
      return false;
    }
    const { batchId, attempt } = share;
    const { matched } = await this.#collection.updateOne(
      {
        _id: budget._id,
        shares: { $not: { $elemMatch: { batchId, attempt } } },
        limit: budget.limit,
        ...(limit === null ? {} : { held: { $lte: limit - share.tokens } }),
      },
      { $inc: { held: share.tokens }, $push: { shares: share }, $pull: { waiting: { batchId, attempt } } },
      { durable: false },
    );
    if (matched === 0) await this.#wait(budget, share);
    return matched === 1;
  }

  /** Releases the tokens of a share. A second call for the same share changes nothing. */
  async release(budgetId: string, { batchId, attempt, tokens }: BudgetShare): Promise<void> {
    await this.#collection.updateOne(
      { _id: budgetId, shares: { $elemMatch: { batchId, attempt } } },
      { $inc: { held: -tokens }, $pull: { shares: { batchId, attempt } } },
      { durable: false },
    );
  }

  /** Stores the limit, in tokens, that a message of the provider named. It is valid for a day. */
  async learnLimit(account: string, model: string, limit: number): Promise<void> {
    await this.#collection.updateOne(
      { _id: idOf(account, model) },
      { $set: { limit, learnedAt: this.clock.now() }, $setOnInsert: { held: 0, shares: [], waiting: [] } },
      { upsert: true },
    );
  }

  async #getOrInsert(_id: string): Promise<Budget> {
    const known = await this.#collection.findOne({ _id });
    if (known !== null) return known;
    const empty = { held: 0, limit: null, learnedAt: null, shares: [], waiting: [] };
    await this.#collection.updateOne({ _id }, { $setOnInsert: empty }, { upsert: true });
    return { _id, ...empty };
  }

  /** Notes that a share is asked for, and forgets those that are not any more. */
  async #wait(budget: Budget, share: BudgetShare): Promise<void> {
    const { _id, waiting } = budget;
    const now = this.clock.now();
    const { batchId, attempt } = share;
    const known = waiting.find((one) => isSameShare(one, share));
    if (known !== undefined && now.getTime() - known.lastAskedAt.getTime() < askIntervalMs) return;
    const remove = async (shares: Readonly<Record<string, unknown>>): Promise<void> => {
      await this.#collection.updateOne({ _id }, { $pull: { waiting: shares } }, { durable: false });
    };
    if (this.#stillWaiting(budget).length < waiting.length)
      await remove({ lastAskedAt: { $lte: this.#forgottenThrough() } });
    if (known !== undefined) await remove({ batchId, attempt });
    const own: WaitingShare = { ...share, waitingSince: known?.waitingSince ?? now, lastAskedAt: now };
    await this.#collection.updateOne({ _id }, { $push: { waiting: own } }, { durable: false });
  }

  #stillWaiting({ waiting }: Budget): WaitingShare[] {
    return waiting.filter(({ lastAskedAt }) => lastAskedAt > this.#forgottenThrough());
  }

  /** Shares that were asked for last at this time or before are forgotten. */
  #forgottenThrough(): Date {
    return new Date(this.clock.now().getTime() - forgottenAfterMs);
  }

  #limitIn(budget: Budget | null): number | null {
    if (budget?.learnedAt == null) return null;
    return this.clock.now().getTime() - budget.learnedAt.getTime() < limitValidMs ? budget.limit : null;
  }
}

function idOf(account: string, model: string): string {
  return `${account}|${model}`;
}
