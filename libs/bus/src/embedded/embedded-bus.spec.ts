import { SystemClock } from '@batchmill/contracts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBusContract } from '../bus.contract.js';
import { EmbeddedBus } from './index.js';

describeBusContract('The embedded bus', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bus-'));
  return {
    open: async () =>
      EmbeddedBus.open({ file: join(folder, 'bus.db'), clock: new SystemClock(), redeliveryPauseMs: 20, lookMs: 20 }),
    dispose: () => rm(folder, { recursive: true }),
  };
});
