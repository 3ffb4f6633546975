import type { Settings } from './settings/index.js';

const settingOf = { store: 'BATCHMILL_STORE', blobs: 'BATCHMILL_BLOBS', vectors: 'BATCHMILL_VECTORS' } as const;

/**
 * Warnings about embedded data in an engine of several processes. They are not errors: on one machine, processes may share
 * a home. On two machines, a service would not find what another one wrote.
 */
export function sharingWarnings({ adapters }: Pick<Settings, 'adapters'>): string[] {
  if (adapters.bus.scheme === 'embedded') return [];
  return (['store', 'blobs', 'vectors'] as const)
    .filter((port) => adapters[port].scheme === 'embedded')
    .map(
      (port) => `${settingOf[port]} is embedded and BATCHMILL_BUS is not: only processes with this home share its data`,
    );
}
