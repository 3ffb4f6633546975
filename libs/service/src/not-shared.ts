import type { Settings } from './settings/index.js';

const settingOf = { store: 'BATCHMILL_STORE', blobs: 'BATCHMILL_BLOBS', vectors: 'BATCHMILL_VECTORS' } as const;

/**
 * What processes on one Kafka do not see of each other: warnings, for on one machine and in one home it is meant so. On two
 * machines one service would not find what the other wrote.
 */
export function notShared({ adapters }: Pick<Settings, 'adapters'>): string[] {
  if (adapters.bus.scheme === 'embedded') return [];
  return (['store', 'blobs', 'vectors'] as const)
    .filter((port) => adapters[port].scheme === 'embedded')
    .map(
      (port) =>
        `${settingOf[port]} is embedded while BATCHMILL_BUS is not: only processes with this home find what is written there`,
    );
}
