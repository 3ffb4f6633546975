import { describe, it } from '@jest/globals';
import { FolderBlobs } from '@batchmill/blobs/folder';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { MongoStore } from '@batchmill/store/mongo';
import { settingsOnServers } from '@batchmill/testing';
import { MilvusVectors } from '@batchmill/vectors/milvus';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { OpenPlaces } from '../days/lived-collection.js';
import { live } from '../days/play.js';

/** State and documents in MongoDB, vectors in Milvus. */
const onServers =
  (id: string): OpenPlaces =>
  async (folder, clock, ids) => {
    const servers = settingsOnServers(id);
    const ports = {
      bus: EmbeddedBus.open({ file: join(folder, 'bus.db'), clock, pollMs: 20, redeliveryPauseMs: 20 }),
      store: MongoStore.open({ url: servers.BATCHMILL_STORE }),
      documentStore: MongoStore.open({ url: servers.MONGODB_URI }),
      blobs: await FolderBlobs.open({ folder: join(folder, 'blobs'), ids }),
      vectors: await MilvusVectors.open({ url: servers.BATCHMILL_VECTORS }),
    };
    return { ports, alias: `letters_${id}` };
  };

describe('a collection of MongoDB, with vectors in Milvus, that lives for some days', () => {
  it('E4 R10: every evening vectors and answers are those of the documents', async () => {
    await live(46, 6, onServers(randomUUID().slice(0, 8)));
  }, 1_200_000);
});
