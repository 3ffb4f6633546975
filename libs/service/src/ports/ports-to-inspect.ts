import { PrefixedBus, busAdapters, type Bus } from '@batchmill/bus';
import type { Clock, Ids } from '@batchmill/contracts';
import type { Provider } from '@batchmill/provider';
import { OpenAiProvider } from '@batchmill/provider/openai';
import type { Store } from '@batchmill/store';
import type { Log } from '@batchmill/telemetry';
import { vectorsAdapters, type Vectors } from '@batchmill/vectors';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { providerProfileOf, proxiesOf, type Settings } from '../settings/index.js';
import { openAdapter } from './open-adapter.js';
import { documentsOf, openMongo, openState } from './open-stores.js';

interface InspectionContext {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** A call to the provider may take this long, so that a server that hangs is reported and not waited for. */
const callTimeoutMs = 8_000;

/**
 * The ports that the settings choose, each opened at its first use and only to be looked at: opening creates nothing, cleans
 * nothing up and starts no simulator. An embedded store that does not exist yet is null. Throws a ValidationError that names
 * the setting when one cannot be opened.
 */
export class PortsToInspect {
  readonly #opened = new Map<string, Promise<{ close(): Promise<void> } | null>>();

  constructor(
    private readonly settings: Settings,
    private readonly context: InspectionContext,
  ) {}

  /** The state of Batchmill. */
  store(): Promise<Store | null> {
    const { adapters, installation } = this.settings;
    return this.#once('store', async () => {
      const isMissing = adapters.store.scheme === 'embedded' && !existsSync(join(installation.home, 'state.db'));
      return isMissing ? null : openState(this.settings);
    });
  }

  /** The documents: the store of the state, unless the settings name another database. */
  documentStore(): Promise<Store | null> {
    const other = documentsOf(this.settings);
    if (other === null) return this.store();
    return this.#once('documents', () => openMongo(other.url, other.database));
  }

  /** The database of the blobs in GridFS; null: they are files. */
  blobStore(): Promise<Store | null> {
    const { blobs } = this.settings.adapters;
    if (blobs.scheme !== 'gridfs') return Promise.resolve(null);
    const url = blobs.url.slice('gridfs:'.length);
    return url === '' ? this.store() : this.#once('blobs', () => openMongo(url));
  }

  bus(): Promise<Bus | null> {
    const { adapters, installation } = this.settings;
    if (adapters.bus.scheme === 'embedded' && !existsSync(join(installation.home, 'bus.db')))
      return Promise.resolve(null);
    const prefix = adapters.topicPrefix ?? '';
    return this.#once('bus', async () => {
      const bus = await openAdapter(busAdapters, adapters.bus, this.#source);
      return prefix === '' ? bus : new PrefixedBus(bus, prefix);
    });
  }

  vectors(): Promise<Vectors | null> {
    const { adapters, installation } = this.settings;
    if (adapters.vectors.scheme === 'embedded' && !existsSync(join(installation.home, 'vectors.db'))) {
      return Promise.resolve(null);
    }
    return this.#once('vectors', () => openAdapter(vectorsAdapters, adapters.vectors, this.#source));
  }

  /** Null: the provider is simulated, or there is no key. */
  provider(): Promise<Provider | null> {
    const { openai, proxies } = this.settings;
    const { apiKey, baseUrl } = openai;
    if (baseUrl === 'simulated' || apiKey === null) return Promise.resolve(null);
    const limits = { callTimeoutMs: Math.min(openai.callTimeoutMs, callTimeoutMs), retries: { times: 1, baseMs: 300 } };
    return this.#once('provider', async () => {
      const { organization, project } = openai;
      const { clock } = this.context;
      const account = { apiKey, baseUrl, address: baseUrl, organization, project };
      const profile = providerProfileOf(this.settings);
      return new OpenAiProvider({ ...account, ...limits, profile, proxies: proxiesOf(proxies), clock });
    });
  }

  /** Closes what was opened. Calls in flight reject. */
  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#opened.values());
    await Promise.allSettled(
      opened.map(async (port) => {
        if (port.status === 'fulfilled') await port.value?.close();
      }),
    );
  }

  #once<T extends { close(): Promise<void> }>(name: string, open: () => Promise<T | null>): Promise<T | null> {
    const known = this.#opened.get(name);
    if (known !== undefined) return known as Promise<T | null>; // opened under this name by the same method
    const opening = open();
    this.#opened.set(name, opening);
    return opening;
  }

  get #source() {
    const processName = `${this.settings.adapters.topicPrefix ?? ''}batchmill-doctor`;
    return { settings: this.settings, context: { ...this.context, processName } };
  }
}
