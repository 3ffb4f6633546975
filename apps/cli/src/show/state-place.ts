import type { Settings } from '@batchmill/service';
import { formatPath } from './format.js';
import { shownAddress } from './shown-address.js';

/** Where the state is: the folder of an embedded store, or the address of a server without its login. */
export function statePlace({ adapters: { store }, installation }: Settings): string {
  return store.scheme === 'embedded' ? formatPath(installation.home) : shownAddress(store.url);
}
