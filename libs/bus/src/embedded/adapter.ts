import { adapter } from '@batchmill/contracts/settings';
import { join } from 'node:path';

export const embedded = adapter({
  name: 'embedded',
  schemes: ['embedded'],
  async open({ home, clock }) {
    const { EmbeddedBus } = await import('./embedded-bus.js');
    return EmbeddedBus.open({ file: busFileIn(home), clock });
  },
});

export function busFileIn(home: string): string {
  return join(home, 'bus.db');
}
