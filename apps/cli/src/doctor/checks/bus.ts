import { formatQuantity } from '../../show/format.js';
import type { Check } from '../check.js';
import { shownAddress } from '../../show/shown-address.js';
import { ok } from '../finding.js';

export const busCheck: Check = {
  name: 'bus',
  group: 'Bus',
  title: ({ adapters }) => `bus at ${shownAddress(adapters.bus.url)}`,
  setting: 'BATCHMILL_BUS',
  settingGroups: ['adapters', 'Kafka', 'installation'],
  after: () => [],
  async run({ settings, ports }) {
    const { bus: address } = settings.adapters;
    const bus = await ports.bus();
    if (bus === null) return [ok('bus: embedded, created by the first run')];
    await bus.check();
    const { brokers } = await bus.describe([], []);
    return [ok(brokers === null ? 'bus: embedded' : `bus at ${address.url}: ${formatQuantity(brokers, 'broker')}`)];
  },
};
