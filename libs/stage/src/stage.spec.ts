import { SystemClock } from '@batchmill/contracts';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStageContract } from './stage.contract.js';

describeStageContract('embedded twins', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-stage-'));
  const store = EmbeddedStore.open({ file: join(folder, 'state.db') });
  const bus = EmbeddedBus.open({ file: join(folder, 'bus.db'), clock: new SystemClock(), lookMs: 20 });
  return {
    store,
    bus,
    dispose: async () => {
      await bus.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
