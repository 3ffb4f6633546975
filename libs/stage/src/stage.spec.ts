import { SystemClock } from '@batchmill/contracts';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStageContract } from './stage.contract.js';

describeStageContract('the embedded store and bus', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-stage-'));
  const store = EmbeddedStore.open({ file: join(folder, 'state.db'), synchronous: 'NORMAL' });
  const clock = new SystemClock();
  const bus = EmbeddedBus.open({ file: join(folder, 'bus.db'), clock, pollMs: 20, redeliveryPauseMs: 5 });
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
