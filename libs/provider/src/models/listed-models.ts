import { closestName, type Clock } from '@batchmill/contracts';
import type { Provider } from '../provider.js';

/** For how long a list is used again. A model that is newer than the list is found by its name. */
const keptMs = 3_600_000;

/**
 * What an account's list tells about a model. no-list: nothing, because the provider has none. `closest`: the listed name that was
 * probably meant; null: none is close.
 */
export type ModelListing = 'listed' | 'no-list' | { readonly closest: string | null };

/** The models that an account sees, read at most once an hour. */
export class ListedModels {
  #list: { readonly readAt: number; readonly models: Promise<readonly string[] | null> } | null = null;

  constructor(
    private readonly provider: Provider,
    private readonly clock: Clock,
  ) {}

  /** Rejects as the provider's calls do, when its list cannot be read. */
  async find(model: string): Promise<ModelListing> {
    const listed = await this.#read();
    if (listed === null) return 'no-list';
    // Lists lack aliases, and what is newer than they are.
    if (listed.includes(model) || (await this.provider.hasModel(model))) return 'listed';
    return { closest: closestName(model, listed) };
  }

  async #read(): Promise<readonly string[] | null> {
    const now = this.clock.now().getTime();
    if (this.#list === null || now - this.#list.readAt >= keptMs)
      this.#list = { readAt: now, models: this.provider.listModels() };
    const list = this.#list;
    try {
      return await list.models;
    } catch (error) {
      if (this.#list === list) this.#list = null;
      throw error;
    }
  }
}
