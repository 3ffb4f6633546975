import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeRecordsContract } from './records.contract.js';

describeRecordsContract('the embedded store', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-records-'));
  const store = EmbeddedStore.open({ file: join(folder, 'state.db'), synchronous: 'NORMAL' });
  return {
    store,
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});
