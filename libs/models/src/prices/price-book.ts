import { baseModelOf } from '../base-model.js';
import type { Usage } from '../usage.js';
import { withoutDate } from '../same-model.js';
import { builtInPriceOf, builtInPricesVersion } from './built-in-prices.js';
import { costOf } from './cost-of.js';
import type { ModelPrice, PriceEntry } from './model-price.js';

/**
 * What a request is paid at. batch: in a batch. standard: synchronously. flex: synchronously, later and cheaper, where the model has
 * it (https://platform.openai.com/docs/guides/flex-processing).
 */
export type PriceTier = 'batch' | 'flex' | 'standard';

export interface PriceBookOptions {
  /** The provider's id in the built-in list; null: it is not in there, and only `entries` have prices. */
  readonly provider: string | null;
  /** They win over the built-in list. */
  readonly entries?: readonly PriceEntry[];
  /** What distinguishes these entries from others, for `version`; null: there are none. */
  readonly entriesVersion?: string | null;
  /** The models that other names stand for, by these names. */
  readonly baseModels?: Readonly<Record<string, string>>;
  /** The price of a batch as a fraction of the synchronous price, where a price names no other. */
  readonly batchRate?: number;
}

/** What requests use at most, together. */
export interface WorstUsage {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The most tokens that one of the prompts may have. */
  readonly longestInput: number;
}

/** The price of a batch at OpenAI, as a fraction of the synchronous price: https://platform.openai.com/docs/guides/batch */
const usualBatchRate = 0.5;

/** A model by the name that requests have, and the model that it stands for where that is another: a deployment, an alias. */
export interface NamedModel {
  readonly model: string;
  readonly baseModel?: string;
}

/** The prices of one provider's models. */
export class PriceBook {
  /** The edition of the prices, which is kept with each cost: `genai-prices 0.1.8`, and of a file of prices its digest. */
  readonly version: string;
  readonly #provider: string | null;
  readonly #entries: readonly PriceEntry[];
  readonly #baseModels: Readonly<Record<string, string>>;
  readonly #batchRate: number;
  /** By model and day, because a search in the list takes longer than the rest of a request's bookkeeping. */
  readonly #found = new Map<string, ModelPrice | null>();

  constructor({ provider, entries = [], entriesVersion = null, baseModels = {}, batchRate }: PriceBookOptions) {
    this.#provider = provider;
    this.#entries = entries;
    this.#baseModels = baseModels;
    this.#batchRate = batchRate ?? usualBatchRate;
    const builtIn = provider === null ? [] : [`genai-prices ${builtInPricesVersion}`];
    this.version = [...builtIn, ...(entriesVersion === null ? [] : [entriesVersion])].join(', ');
  }

  /**
   * The price of a model on the day of `at`; null when it is not known. A dated name (`gpt-4o-2024-08-06`) without a price of its
   * own has the price of its model, and a name that stands for another model has the price of that.
   */
  priceOf(named: string | NamedModel, at: Date): ModelPrice | null {
    const { model, baseModel }: NamedModel = typeof named === 'string' ? { model: named } : named;
    const day = at.toISOString().slice(0, 10);
    const key = `${day} ${model} ${baseModel ?? ''}`;
    let price = this.#found.get(key);
    if (price === undefined) {
      price = this.#search(model, baseModel, new Date(`${day}T00:00:00Z`));
      this.#found.set(key, price);
    }
    return price;
  }

  /** The cost of one request in whole nano-dollars; null when the price of its model is not known. */
  costOf(model: string | NamedModel, usage: Usage, at: Date, tier: PriceTier): number | null {
    const price = this.priceOf(model, at);
    return price === null ? null : costOf(price, usage, this.#rateOf(price, tier));
  }

  /**
   * The most that requests can cost together, in whole nano-dollars: every prompt is written to the cache where that costs more, and
   * all of them count as long when one is. Null when the price of the model is not known.
   */
  worstCostOf(
    model: string | NamedModel,
    { requests, longestInput, ...usage }: WorstUsage,
    at: Date,
    tier: PriceTier,
  ): number | null {
    const price = this.priceOf(model, at);
    if (price === null) return null;
    const { longContext } = price;
    const prices = longContext !== undefined && longestInput > longContext.aboveInputTokens ? longContext : price;
    const inputUsd = Math.max(prices.inputUsd, prices.cacheWriteUsd ?? 0, prices.cachedInputUsd ?? 0);
    // Each request is rounded to a nano-dollar.
    return costOf({ inputUsd, outputUsd: prices.outputUsd }, usage, this.#rateOf(price, tier)) + requests;
  }

  /** The price in a batch as a fraction of the synchronous price. */
  batchRateOf(model: string | NamedModel, at: Date): number {
    return this.#rateOf(this.priceOf(model, at) ?? { inputUsd: 0, outputUsd: 0 }, 'batch');
  }

  #rateOf({ batchRate = this.#batchRate, flexRate = batchRate }: ModelPrice, tier: PriceTier): number {
    switch (tier) {
      case 'batch':
        return batchRate;
      case 'flex':
        return flexRate;
      case 'standard':
        return 1;
    }
  }

  #search(model: string, baseModel: string | undefined, day: Date): ModelPrice | null {
    const base = baseModel ?? (Object.hasOwn(this.#baseModels, model) ? this.#baseModels[model] : undefined);
    const names = [model, withoutDate(model), ...(base === undefined ? [] : [base, withoutDate(base)])];
    for (const name of names) {
      const own = latest(name, day, this.#entries);
      if (own !== null) return own;
    }
    for (const name of names.flatMap((one) => [one, withoutPrefix(one)])) {
      const known = this.#provider === null ? null : builtInPriceOf(this.#provider, name, day);
      if (known !== null) return known;
    }
    return null;
  }
}

/** Without a gateway's prefix. A model that was tuned has a price of its own. */
function withoutPrefix(model: string): string {
  return /(?:^|\/)ft:/i.test(model) ? model : baseModelOf(model);
}

function latest(model: string, day: Date, entries: readonly PriceEntry[]): PriceEntry | null {
  return entries
    .filter((entry) => entry.model === model && new Date(entry.from).getTime() <= day.getTime())
    .reduce<PriceEntry | null>((last, entry) => (last === null || entry.from >= last.from ? entry : last), null);
}
