import type { Settings } from '@batchmill/service';
import { createHash } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import type { Asked } from './asked.js';

const simulatedFirstPollMs = 100;

/** The settings with the simulator as the provider. */
export function onSimulator(settings: Settings): Settings {
  const firstPollMs = Math.min(settings.batches.firstPollMs, simulatedFirstPollMs);
  return {
    ...settings,
    openai: { ...settings.openai, baseUrl: 'simulated' },
    batches: { ...settings.batches, firstPollMs },
  };
}

/** The settings that name servers, and are not used by `once`. */
export function unusedServers({ adapters, documents }: Settings): string[] {
  const addresses = {
    BATCHMILL_STORE: adapters.store,
    BATCHMILL_BUS: adapters.bus,
    BATCHMILL_BLOBS: adapters.blobs,
    BATCHMILL_VECTORS: adapters.vectors,
  };
  const names = Object.entries(addresses).filter(([, { scheme }]) => scheme !== 'embedded');
  return [...names.map(([name]) => name), ...(documents.url === null ? [] : ['MONGODB_URI'])];
}

/**
 * The settings of an embedded home of its own, below that of the settings. The home follows from what is asked, the provider and
 * the input: the same command finds it again, and any other command has another one.
 */
export function ownHome(settings: Settings, asked: Asked, input: string): Settings {
  const embedded = { scheme: 'embedded', url: 'embedded' } as const;
  const { home } = settings.installation;
  return {
    ...settings,
    installation: { ...settings.installation, home: join(home, 'once', nameOf(settings, asked, input)) },
    adapters: {
      ...settings.adapters,
      bus: embedded,
      store: embedded,
      blobs: embedded,
      vectors: embedded,
      topicPrefix: null,
    },
    documents: { url: null, database: null, collection: null },
  };
}

function nameOf({ installation, openai }: Settings, { kind, texts, pipeline }: Asked, input: string): string {
  const functions = [...(pipeline.inference?.functions ?? []), ...(pipeline.embeddings?.functions ?? [])];
  const identity = {
    kind,
    // Relative, so that a folder can be moved together with its home.
    input: input === '-' ? input : relative(installation.home, resolve(input)),
    provider: openai.baseUrl,
    texts: texts.map(({ field, template }) => [field, template.source]),
    requests: functions.map((each) =>
      each.kind === 'embedding'
        ? [each.url, each.model, each.dimensions]
        : [each.url, each.model, each.temperature, each.maxTokens, each.responseSchema?.schema ?? null],
    ),
  };
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12);
}
