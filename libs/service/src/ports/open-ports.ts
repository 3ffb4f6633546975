import type { Clock, Ids } from '@batchmill/contracts';
import type { Bus } from '@batchmill/bus';
import { OpenAiProvider } from '@batchmill/provider/openai';
import type { Log } from '@batchmill/telemetry';
import { closePorts, type Ports } from '../engine.js';
import type { Settings } from '../settings/index.js';
import { openBlobs } from './open-blobs.js';
import { openBus } from './open-bus.js';
import { openStores } from './open-stores.js';
import { openVectors } from './open-vectors.js';

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
  const { openai } = settings;
  const { clock, ids, log } = options;
  const ports: { -readonly [Port in keyof Ports]?: Ports[Port] } = {};
  try {
    const bus = (ports.bus = await openBus(settings, options));
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
    const vectors = (ports.vectors = await openVectors(settings, log));
    return { bus, provider, store, documentStore, blobs, vectors };
  } catch (error) {
    await closePorts(ports);
    throw error;
  }
}
