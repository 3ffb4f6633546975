import type { Clock, Ids } from '@batchmill/contracts';
import { busAdapters, type Bus } from '@batchmill/bus';
import { OpenAiProvider } from '@batchmill/provider/openai';
import type { Log } from '@batchmill/telemetry';
import { vectorsAdapters } from '@batchmill/vectors';
import { closePorts, type Ports } from '../engine.js';
import type { Settings } from '../settings/index.js';
import { openAdapter } from './open-adapter.js';
import { openBlobs } from './open-blobs.js';
import { openStores } from './open-stores.js';

export interface OpenPortsOptions {
  /** Asked once the bus is open: who starts a provider of its own takes the right to work first. */
  readonly providerUrl: (bus: Bus) => Promise<string>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Names this process to the servers. */
  readonly name: string;
}

/** Opens the adapters that the settings choose; only those that are chosen are loaded. What was opened is closed again when a later one cannot be. */
export async function openPorts(settings: Settings, options: OpenPortsOptions): Promise<Ports> {
  const { openai, adapters } = settings;
  const { clock, ids, log, name } = options;
  const from = { settings, context: { clock, ids, log, processName: `batchmill-${name}` } };
  const ports: { -readonly [Port in keyof Ports]?: Ports[Port] } = {};
  try {
    const bus = (ports.bus = await openAdapter(busAdapters, adapters.bus, from));
    const baseUrl = await options.providerUrl(bus);
    const provider = (ports.provider = new OpenAiProvider({
      // A simulator takes any key.
      apiKey: openai.apiKey ?? 'sk-simulated',
      baseUrl,
      organization: openai.organization,
      project: openai.project,
      callTimeoutMs: openai.callTimeoutMs,
      clock,
    }));
    const { store, documentStore } = Object.assign(ports, await openStores(settings));
    const blobs = (ports.blobs = await openBlobs(settings, { clock, ids }));
    const vectors = (ports.vectors = await openAdapter(vectorsAdapters, adapters.vectors, from));
    return { bus, provider, store, documentStore, blobs, vectors };
  } catch (error) {
    await closePorts(ports);
    throw error;
  }
}
