import { isDependencyUnavailable } from '@batchmill/contracts';
import type { MilvusClient } from '@zilliz/milvus2-sdk-node';
import { checkAlias, refuseAliasOfCollection, refuseUnknownCollection } from '../check-rows.js';
import type { MilvusCollection } from './collection-description.js';
import type { MilvusCalls } from './milvus-calls.js';
import type { MilvusCollections } from './milvus-collections.js';

/** Milvus's own aliases, which other programs read collections by. */
export class MilvusAliases {
  constructor(
    private readonly client: MilvusClient,
    private readonly calls: MilvusCalls,
    private readonly collections: MilvusCollections,
  ) {}

  async collectionOf(alias: string): Promise<MilvusCollection | null> {
    const found = await this.collections.describe(alias);
    return found === null || found.name === alias ? null : found;
  }

  async set(alias: string, collection: string): Promise<void> {
    checkAlias(alias);
    const target = await this.collections.describe(collection);
    if (target === null) refuseUnknownCollection(collection);
    const present = await this.collections.describe(alias);
    if (present?.name === alias) refuseAliasOfCollection(alias);
    if (present?.name === target.name) return;
    if (present !== null) await this.move(alias, target.name);
    else await this.createOrMove(alias, target.name);
  }

  async drop(alias: string): Promise<void> {
    if ((await this.collectionOf(alias)) === null) return;
    await this.calls.call(`Dropping the alias ${alias}`, (timeout) => this.client.dropAlias({ alias, timeout }));
  }

  private async move(alias: string, collection: string): Promise<void> {
    await this.calls.call(`Moving the alias ${alias} to ${collection}`, (timeout) =>
      this.client.alterAlias({ alias, collection_name: collection, timeout }),
    );
  }

  /** Moves it where another process, or a call whose answer was lost, has created it. */
  private async createOrMove(alias: string, collection: string): Promise<void> {
    try {
      await this.calls.call(`Creating the alias ${alias} of ${collection}`, (timeout) =>
        this.client.createAlias({ alias, collection_name: collection, timeout }),
      );
    } catch (error) {
      if (isDependencyUnavailable(error) || (await this.collectionOf(alias)) === null) throw error;
      await this.move(alias, collection);
    }
  }
}
