import { ValidationError } from '@batchmill/contracts';
import { findConsumerFiles, type ConsumerDefinition } from '@batchmill/consumer';
import type { SourceDocument } from '@batchmill/documents';
import type { Store } from '@batchmill/store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHome } from '../home.js';
import { loadPipelines } from '../open-engine.js';
import { openStores } from '../ports/index.js';
import { readSettings, type Settings } from '../settings/index.js';
import { consumeOnSimulator, type Consumed } from './consume-on-simulator.js';
import type { RunPipelineOptions } from './run-pipeline-options.js';
import { definedPipelines, runPipeline, type PipelineResult } from './run-pipeline.js';

export interface SimulatedRunOptions extends Omit<RunPipelineOptions, 'documents' | 'runId' | 'settings'> {
  /** The documents of the collection, each with its own `_id`. */
  readonly given: readonly SourceDocument[];
  /** The folder of pipelines, when `pipeline` is a name. Default: that of BATCHMILL_PIPELINES, or `pipelines`. */
  readonly folder?: string;
  /**
   * The consumers that handle the events of the run: definitions, or names of those in the folder of BATCHMILL_CONSUMERS_FOLDER,
   * or `consumers`. Default: none.
   */
  readonly consumers?: readonly (string | ConsumerDefinition)[];
}

export interface SimulatedRun extends Consumed {
  readonly result: PipelineResult;
  /** All documents of the collection after the run, by `_id`. */
  readonly documents: readonly SourceDocument[];
  /** The same of any other collection. None: there is no such collection. */
  readonly documentsOf: (collection: string) => readonly SourceDocument[];
}

/**
 * Runs a pipeline, and consumers after it, for tests: on documents of its own, a simulated provider, and a temporary home that is
 * deleted afterwards. It reads no `.env` and needs no server and no key. Rejects with a ValidationError as `runPipeline` does, or
 * for a consumer that is wrong, and with a ProcessingError when the consumers come to no end.
 */
export async function runOnSimulator(options: SimulatedRunOptions): Promise<SimulatedRun> {
  const { given, folder, consumers = [], ...ofRun } = options;
  const home = await mkdtemp(join(tmpdir(), 'batchmill-simulated-'));
  try {
    const pipelines = folder ?? process.env['BATCHMILL_PIPELINES'];
    const consumersFolder = process.env['BATCHMILL_CONSUMERS_FOLDER'];
    const env = {
      BATCHMILL_HOME: home,
      OPENAI_BASE_URL: 'simulated',
      BATCHMILL_FIRST_POLL_MS: '20',
      ...(pipelines && { BATCHMILL_PIPELINES: pipelines }),
      ...(consumersFolder && { BATCHMILL_CONSUMERS_FOLDER: consumersFolder }),
    };
    const settings = readSettings({ env, cwd: process.cwd(), files: [] });
    const { pipeline } = ofRun;
    const known = definedPipelines(ofRun, settings) ?? (await loadPipelines(settings));
    const { collection } = known.get(typeof pipeline === 'string' ? pipeline : pipeline.name).source;
    const definitions = await Promise.all(consumers.map((each) => definitionOf(each, settings)));
    createHome(settings);
    await inStore(settings, (store) => store.collection(collection).insertMany(given));
    const result = await runPipeline({ ...ofRun, settings });
    const consumed =
      definitions.length === 0
        ? { published: [], unhandled: [] }
        : await consumeOnSimulator(definitions, settings, known);
    const stored = await inStore(settings, readAll);
    const documentsOf = (name: string): readonly SourceDocument[] => stored.get(name) ?? [];
    return { result, documents: documentsOf(collection), documentsOf, ...consumed };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function definitionOf(consumer: string | ConsumerDefinition, settings: Settings): Promise<ConsumerDefinition> {
  if (typeof consumer !== 'string') return consumer;
  const folder = settings.installation.consumers;
  const { names, load } = await findConsumerFiles(folder);
  const definition = await load(consumer);
  if (definition !== undefined) return definition;
  throw new ValidationError(
    'consumer.unknown',
    `found no consumer ${consumer} in ${folder}, expected ${names.length === 0 ? 'a file of it' : `one of ${names.join(', ')}`}`,
  );
}

/** Every collection by its name, each sorted by `_id`. */
async function readAll(store: Store): Promise<Map<string, readonly SourceDocument[]>> {
  const all = new Map<string, readonly SourceDocument[]>();
  for (const name of await store.collectionNames()) {
    all.set(name, await Array.fromAsync(store.collection(name).find({}, { sort: { _id: 1 } })));
  }
  return all;
}

/** On the embedded store of a home, where documents and state are one. */
async function inStore<T>(settings: Settings, work: (store: Store) => Promise<T>): Promise<T> {
  const { store, documentStore } = await openStores(settings);
  try {
    return await work(documentStore);
  } finally {
    await store.close();
  }
}
