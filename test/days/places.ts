import { FolderBlobs } from '@batchmill/blobs/folder';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { join } from 'node:path';
import type { OpenPlaces } from './lived-collection.js';

/** The embedded adapters. */
export const openEmbedded: OpenPlaces = async (folder, clock, ids) => {
  const store = EmbeddedStore.open({ file: join(folder, 'state.db') });
  const ports = {
    bus: EmbeddedBus.open({ file: join(folder, 'bus.db'), clock, pollMs: 20, redeliveryPauseMs: 20 }),
    store,
    documentStore: store,
    blobs: await FolderBlobs.open({ folder: join(folder, 'blobs'), ids }),
    vectors: EmbeddedVectors.open({ file: join(folder, 'vectors.db') }),
  };
  return { ports, alias: 'letters' };
};
