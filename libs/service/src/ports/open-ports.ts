import type { Clock, Ids } from '@batchmill/contracts';
import { PrefixedBus, busAdapters, type Bus } from '@batchmill/bus';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { SharedRateLimiter } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import { vectorsAdapters } from '@batchmill/vectors';
import { closePorts, type Ports } from '../engine.js';
import { providerProfileOf, proxiesOf, type Settings } from '../settings/index.js';
import { openAdapter } from './open-adapter.js';
import { openBlobs } from './open-blobs.js';
import { openStores } from './open-stores.js';

export interface OpenPortsOptions {
  /** Called once the bus is open, because a process locks the engine before it starts a simulator. */
  readonly providerUrl: (bus: Bus) => Promise<string>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** Names this process to servers. */
  readonly name: string;
}

/** Opens the adapters that the settings choose. When one cannot be opened, those already open are closed again. */
export async function openPorts(settings: Settings, options: OpenPortsOptions): Promise<Ports> {
  const { openai, adapters } = settings;
  const { clock, ids, log, name } = options;
  const prefix = adapters.topicPrefix ?? '';
  // A bus names the groups of its readers after the process.
  const source = { settings, context: { clock, ids, log, processName: `${prefix}batchmill-${name}` } };
  const ports: { -readonly [Port in keyof Ports]?: Ports[Port] } = {};
  try {
    const ownBus = (ports.bus = await openAdapter(busAdapters, adapters.bus, source));
    const bus = (ports.bus = prefix === '' ? ownBus : new PrefixedBus(ownBus, prefix));
    const baseUrl = await options.providerUrl(ownBus);
    const { store, documentStore } = Object.assign(ports, await openStores(settings));
    const rateLimiter = new SharedRateLimiter({
      store,
      clock,
      log,
      owner: ids.next(),
      perMinute: { requests: openai.requestsPerMinute, tokens: openai.tokensPerMinute },
    });
    const provider = (ports.provider = new OpenAiProvider({
      // A simulator accepts any key.
      apiKey: openai.apiKey ?? 'sk-simulated',
      baseUrl,
      // A simulator in this process has another port after each start.
      address: openai.baseUrl,
      profile: providerProfileOf(settings),
      organization: openai.organization,
      project: openai.project,
      resultsExpireMs: openai.resultsExpireMs,
      callTimeoutMs: openai.callTimeoutMs,
      proxies: proxiesOf(settings.proxies),
      clock,
      rateLimiter,
    }));
    const blobs = (ports.blobs = await openBlobs(settings, { clock, ids }));
    const vectors = (ports.vectors = await openAdapter(vectorsAdapters, adapters.vectors, source));
    return { bus, provider, store, documentStore, blobs, vectors };
  } catch (error) {
    await closePorts(ports);
    throw error;
  }
}
