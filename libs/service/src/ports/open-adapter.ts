import type { Adapter, AdapterContext } from '@batchmill/contracts/settings';
import type { Settings } from '../settings/index.js';

export type PortContext = Pick<AdapterContext, 'clock' | 'ids' | 'log' | 'processName'>;

/** Opens the adapter of a port that the settings choose. Only that one is loaded. */
export async function openAdapter<Port>(
  adapters: readonly Adapter<Port>[],
  { scheme, url }: { readonly scheme: string; readonly url: string },
  { settings, context }: { settings: Pick<Settings, 'installation' | 'ofAdapters'>; context: PortContext },
): Promise<Port> {
  const chosen = adapters.find(({ schemes }) => schemes.includes(scheme));
  if (chosen === undefined) throw new Error(`found the scheme ${scheme}, which no adapter has`);
  const { home } = settings.installation;
  return chosen.open({ ...context, url, home }, settings.ofAdapters[chosen.name] ?? {});
}
