import { ValidationError, type Clock, type Ids } from '@batchmill/contracts';
import { FolderBlobs } from '@batchmill/blobs/folder';
import type { Bus } from '@batchmill/bus';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { OpenAiProvider } from '@batchmill/provider/openai';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { join } from 'node:path';
import type { Ports } from './line.js';
import type { Address, Settings } from './settings/index.js';

export interface OpenPortsOptions {
  /** Asked once the bus is open: who starts a provider of its own takes the right to work first. */
  readonly providerUrl: (bus: Bus) => Promise<string>;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Opens the adapters that the settings choose. Which adapters there are is said here and nowhere else. */
export async function openPorts(
  { installation: { home }, adapters, documents, openai }: Settings,
  { providerUrl, clock, ids }: OpenPortsOptions,
): Promise<Ports> {
  expectEmbedded('BATCHMILL_BUS', adapters.bus);
  expectEmbedded('BATCHMILL_STORE', adapters.store);
  expectEmbedded('BATCHMILL_VECTORS', adapters.vectors);
  if (documents.url !== null) throw noAdapter('MONGODB_URI', 'mongodb', 'leave it out');
  const bus = EmbeddedBus.open({ file: busFileIn(home), clock });
  const baseUrl = await providerUrl(bus).catch(async (error: unknown) => {
    await bus.close();
    throw error;
  });
  const store = EmbeddedStore.open({ file: join(home, 'state.db') });
  return {
    bus,
    store,
    documentStore: store,
    blobs: await FolderBlobs.open({ folder: blobsFolder(adapters.blobs, home), ids }),
    vectors: EmbeddedVectors.open({ file: join(home, 'vectors.db') }),
    provider: new OpenAiProvider({
      // A simulator takes any key.
      apiKey: openai.apiKey ?? 'sk-simulated',
      baseUrl,
      organization: openai.organization,
      project: openai.project,
      callTimeoutMs: openai.callTimeoutMs,
      clock,
    }),
  };
}

/** True when another process, or this one, runs the stages of this home: others publish and read. */
export function isAtWork({ installation: { home } }: Settings): boolean {
  return EmbeddedBus.isConsumed(busFileIn(home));
}

/**
 * Takes the right to work on the home until the bus is closed, where only one process at a time may have it. Throws
 * `bus.already-consumed` when another process is at work.
 */
export function beAtWork(bus: Bus): void {
  if (bus instanceof EmbeddedBus) bus.keepConsuming();
}

function busFileIn(home: string): string {
  return join(home, 'bus.db');
}

function expectEmbedded(setting: string, { scheme }: Address<string>): void {
  if (scheme !== 'embedded') throw noAdapter(setting, scheme, 'leave it out, or set it to embedded');
}

function blobsFolder({ scheme, url }: Address<'file' | 'gridfs'>, home: string): string {
  if (scheme === 'embedded') return join(home, 'blobs');
  if (scheme === 'file') return url;
  throw noAdapter('BATCHMILL_BLOBS', scheme, 'set it to file:<folder>');
}

/** An address may hold a password: only its scheme is shown. */
function noAdapter(setting: string, scheme: string, wanted: string): ValidationError {
  return new ValidationError(
    'settings.no-adapter',
    `${setting}: found an address of ${scheme}:, for which this version has no adapter yet; ${wanted}`,
  );
}
