import type { Clock } from '@batchmill/contracts';
import type { QueueRefusal, SizeRefusal } from '@batchmill/provider';
import type { Collection, Fields, Store } from '@batchmill/store';
import { shownLimit, type Limited, type Limits, type RefusedBatch, type ShownLimit } from './shown-limit.js';
import { isItsTurn, isSameShare, type BudgetShare, type WaitingShare } from './budget-queue.js';

interface LearnedLimit {
  readonly value: number;
  readonly until: Date;
  /** The provider named none. Missing in records of earlier versions. */
  readonly isEstimate?: boolean;
}

/** What a refusal shows. */
export interface Lesson {
  /** Null: no limit can be learned. */
  readonly learned: Pick<ShownLimit, 'limited' | 'value'> | null;
  /** No other batch of ours was in the queue. */
  readonly isAlone: boolean;
}

/** The provider's queue of one account and model. */
export interface Budget extends Fields {
  readonly _id: string;
  /** The tokens of all shares. */
  readonly held: number;
  /** The requests of all shares. */
  readonly heldRequests: number;
  /** As the provider's messages named them, or as its refusals showed. */
  readonly limits: Readonly<Partial<Record<Limited, LearnedLimit>>>;
  readonly shares: readonly BudgetShare[];
  readonly waiting: readonly WaitingShare[];
}

/** The provider raises limits: one that it named is valid for this long. */
const namedValidMs = 24 * 3_600_000;
/** For a limit that was estimated because the provider named none. Other programs may use the same account. */
const estimatedValidMs = 3_600_000;
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
    return this.#upgraded(await this.#collection.findOne({ _id: idOf(account, model) }));
  }

  /** A limit is null when it is not known, or was learned too long ago. */
  async limitsOf(account: string, model: string): Promise<Limits> {
    return this.#limitsIn(await this.get(account, model));
  }

  /** The same without those that were estimated. */
  async namedLimitsOf(account: string, model: string): Promise<Limits> {
    return this.#limitsIn(await this.get(account, model), ({ isEstimate }) => isEstimate !== true);
  }

  /** The budgets of an account as they are stored, without those of an earlier version. Writes nothing. */
  async *look(account: string): AsyncIterable<{ model: string; budget: Budget; limits: Limits }> {
    for await (const budget of this.#collection.find({})) {
      const [ofAccount, model = ''] = budget._id.split(/\|(.*)/s);
      const isUpgraded = (budget.limits as Budget['limits'] | undefined) !== undefined;
      if (ofAccount === account && isUpgraded) yield { model, budget, limits: this.#limitsIn(budget) };
    }
  }

  /** The shares that find no room now, in the order in which they asked. */
  waitingIn(budget: Budget): WaitingShare[] {
    return this.#stillWaiting(budget).toSorted((a, b) => a.waitingSince.getTime() - b.waitingSince.getTime());
  }

  /** Every budget of every account, with the limits that are known. */
  async *all(): AsyncIterable<Budget> {
    for await (const stored of this.#collection.find({})) {
      const budget = await this.#upgraded(stored);
      if (budget !== null) yield budget;
    }
  }

  /**
   * True: the share is held, from now on or already. False: there is no room, or it is another share's turn. The write
   * need not be durable, because the create call that it allows is armed by a write that is.
   */
  async reserve(account: string, model: string, share: BudgetShare): Promise<boolean> {
    const budget = await this.#getOrInsert(idOf(account, model));
    if (budget.shares.some((held) => isSameShare(held, share))) return true;
    const { tokens, requests } = this.#limitsIn(budget);
    // It will never fit: no other share waits for it.
    if (share.tokens > (tokens ?? Infinity) || share.requests > (requests ?? Infinity)) return false;
    if ((tokens !== null || requests !== null) && !isItsTurn(share, budget.shares, this.#stillWaiting(budget))) {
      await this.#wait(budget, share);
      return false;
    }
    const { batchId, attempt } = share;
    const { matched } = await this.#collection.updateOne(
      {
        _id: budget._id,
        shares: { $not: { $elemMatch: { batchId, attempt } } },
        limits: budget.limits,
        ...(tokens === null ? {} : { held: { $lte: tokens - share.tokens } }),
        ...(requests === null ? {} : { heldRequests: { $lte: requests - share.requests } }),
      },
      {
        $inc: { held: share.tokens, heldRequests: share.requests },
        $push: { shares: share },
        $pull: { waiting: { batchId, attempt } },
      },
      { durable: false },
    );
    if (matched === 0) await this.#wait(budget, share);
    return matched === 1;
  }

  /** Releases a share. A second call for the same share changes nothing. */
  async release(budgetId: string, { batchId, attempt, tokens, requests }: BudgetShare): Promise<void> {
    await this.#collection.updateOne(
      { _id: budgetId, shares: { $elemMatch: { batchId, attempt } } },
      { $inc: { held: -tokens, heldRequests: -requests }, $pull: { shares: { batchId, attempt } } },
      { durable: false },
    );
  }

  /** Stores the limit that a refusal of this batch shows. */
  async learnFrom(account: string, batch: RefusedBatch, refusal: QueueRefusal | SizeRefusal): Promise<Lesson> {
    const { shares } = await this.#getOrInsert(idOf(account, batch.model));
    const others = shares.filter(({ batchId }) => batchId !== batch._id);
    const isAlone = others.length === 0;
    const shown = shownLimit(batch, refusal, others, this.clock.now());
    if (shown === null) return { learned: null, isAlone };
    const { limited, value, isEstimate } = shown;
    await this.learn(account, batch.model, limited, value, isEstimate);
    return { learned: { limited, value }, isAlone };
  }

  async learn(account: string, model: string, limited: Limited, value: number, isEstimate = false): Promise<void> {
    const { _id } = await this.#getOrInsert(idOf(account, model));
    const until = new Date(this.clock.now().getTime() + (isEstimate ? estimatedValidMs : namedValidMs));
    await this.#collection.updateOne({ _id }, { $set: { [`limits.${limited}`]: { value, until, isEstimate } } });
  }

  async #getOrInsert(_id: string): Promise<Budget> {
    const known = await this.#upgraded(await this.#collection.findOne({ _id }));
    if (known !== null) return known;
    const empty = { held: 0, heldRequests: 0, limits: {}, shares: [], waiting: [] };
    await this.#collection.updateOne({ _id }, { $setOnInsert: empty }, { upsert: true });
    return { _id, ...empty };
  }

  /** A budget of an earlier version counts tokens only, and has one limit. It keeps its shares, and learns the limit again. */
  async #upgraded(budget: Budget | null): Promise<Budget | null> {
    if (budget === null || (budget.limits as Budget['limits'] | undefined) !== undefined) return budget;
    const { _id, shares, waiting } = budget;
    const withRequests = <T extends BudgetShare>(share: T): T => ({
      ...share,
      requests: (share as Partial<BudgetShare>).requests ?? 0,
    });
    const changes = {
      limits: {},
      heldRequests: 0,
      shares: shares.map(withRequests),
      waiting: waiting.map(withRequests),
    };
    // Another process may upgrade it first, or change its shares.
    await this.#collection.updateOne(
      { _id, limits: { $exists: false }, shares, waiting },
      { $set: changes, $unset: { limit: '', learnedAt: '' } },
    );
    return this.#upgraded(await this.#collection.findOne({ _id }));
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

  #limitsIn(budget: Budget | null, counts: (learned: LearnedLimit) => boolean = () => true): Limits {
    const now = this.clock.now();
    const limitOf = (limited: Limited): number | null => {
      const learned = budget?.limits[limited];
      return learned !== undefined && learned.until > now && counts(learned) ? learned.value : null;
    };
    return {
      tokens: limitOf('tokens'),
      requests: limitOf('requests'),
      fileBytes: limitOf('fileBytes'),
      fileRequests: limitOf('fileRequests'),
    };
  }
}

function idOf(account: string, model: string): string {
  return `${account}|${model}`;
}
