import { serverAddresses } from '@batchmill/testing';
import { describeBusContract } from '../bus.contract.js';
import { KafkaBus } from './index.js';
import { SaidLines } from './said-lines.contract.js';

describeBusContract('KafkaBus', async () => ({
  open: async () =>
    KafkaBus.open({
      url: serverAddresses.kafka,
      log: new SaidLines(),
      partitions: 4,
      redeliveryPauseMs: 50,
      sessionTimeoutMs: 6_000,
    }),
  dispose: async () => undefined,
}));
