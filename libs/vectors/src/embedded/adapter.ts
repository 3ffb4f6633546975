import { adapter } from '@batchmill/contracts/settings';
import { join } from 'node:path';

export const embedded = adapter({
  name: 'embedded',
  schemes: ['embedded'],
  async open({ home }) {
    const { EmbeddedVectors } = await import('./embedded-vectors.js');
    return EmbeddedVectors.open({ file: join(home, 'vectors.db') });
  },
});
