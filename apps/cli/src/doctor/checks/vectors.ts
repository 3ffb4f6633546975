import type { Check } from '../check.js';
import { shownAddress } from '../../show/shown-address.js';
import { failed, ok, skipped } from '../finding.js';

export const vectorsCheck: Check = {
  name: 'vectors',
  group: 'Vectors',
  title: ({ adapters }) => `vectors at ${shownAddress(adapters.vectors.url)}`,
  setting: 'BATCHMILL_VECTORS',
  settingGroups: ['adapters', 'Milvus', 'installation'],
  after: () => [],
  async run({ ports }) {
    const vectors = await ports.vectors();
    if (vectors === null) return [ok('vectors: embedded, created by the first run')];
    await vectors.check();
    const { name, version, isSupported } = await vectors.describeServer();
    if (version === null) return [ok(`vectors in ${name}`)];
    const text = `vectors at ${name}: Milvus ${version}`;
    if (isSupported === null) return [skipped(text, 'it is not known whether Batchmill works with that version')];
    if (isSupported) return [ok(text)];
    const reason = `found ${version}, expected 2.3 or newer`;
    return [failed(text, { reason, remedy: 'update Milvus, or name another server in BATCHMILL_VECTORS' })];
  },
};
