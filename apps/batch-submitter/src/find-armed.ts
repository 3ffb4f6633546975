import type { Provider, ProviderBatch } from '@batchmill/provider';
import { markIn } from './metadata.js';

/** The provider batch that carries the key, in whatever state; null when the list shows none since the file was uploaded. */
export async function findArmed(provider: Provider, key: string, since: Date): Promise<ProviderBatch | null> {
  for await (const batch of provider.listBatches(since)) {
    if (markIn(batch.metadata)?.key === key) return batch;
  }
  return null;
}
