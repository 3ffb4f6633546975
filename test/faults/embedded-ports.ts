import { FolderBlobs } from '@batchmill/blobs/folder';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import type { Clock, Ids } from '@batchmill/contracts';
import type { Ports } from '@batchmill/service';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { join } from 'node:path';

/** The embedded adapters in a folder. `pollMs`: how often the bus looks for messages. */
export async function openEmbeddedPorts(
  folder: string,
  { clock, ids, pollMs = 20 }: { readonly clock: Clock; readonly ids: Ids; readonly pollMs?: number },
): Promise<Omit<Ports, 'provider'>> {
  const store = EmbeddedStore.open({ file: join(folder, 'state.db') });
  return {
    bus: EmbeddedBus.open({ file: join(folder, 'bus.db'), clock, pollMs, redeliveryPauseMs: pollMs }),
    store,
    documentStore: store,
    blobs: await FolderBlobs.open({ folder: join(folder, 'blobs'), ids }),
    vectors: EmbeddedVectors.open({ file: join(folder, 'vectors.db') }),
  };
}
