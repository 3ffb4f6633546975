import type { SourceDocument } from '@batchmill/documents';
import type { Collection } from '@batchmill/store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHome } from '../home.js';
import { loadPipelines } from '../open-engine.js';
import { openStores } from '../ports/index.js';
import { readSettings, type Settings } from '../settings/index.js';
import type { RunPipelineOptions } from './run-pipeline-options.js';
import { definedPipelines, runPipeline, type PipelineResult } from './run-pipeline.js';

export interface SimulatedRunOptions extends Omit<RunPipelineOptions, 'documents' | 'runId' | 'settings'> {
  /** The documents of the collection, each with its own `_id`. */
  readonly given: readonly SourceDocument[];
  /** The folder of pipelines, when `pipeline` is a name. Default: that of BATCHMILL_PIPELINES, or `pipelines`. */
  readonly folder?: string;
}

export interface SimulatedRun {
  readonly result: PipelineResult;
  /** All documents of the collection after the run, by `_id`. */
  readonly documents: readonly SourceDocument[];
}

/**
 * Runs a pipeline for tests: on documents of its own, a simulated provider, and a temporary home that is deleted afterwards. It
 * reads no `.env` and needs no server and no key. Rejects with a ValidationError as `runPipeline` does.
 */
export async function runOnSimulator({ given, folder, ...options }: SimulatedRunOptions): Promise<SimulatedRun> {
  const home = await mkdtemp(join(tmpdir(), 'batchmill-simulated-'));
  try {
    const pipelines = folder ?? process.env['BATCHMILL_PIPELINES'];
    const env = {
      BATCHMILL_HOME: home,
      OPENAI_BASE_URL: 'simulated',
      BATCHMILL_FIRST_POLL_MS: '20',
      ...(pipelines && { BATCHMILL_PIPELINES: pipelines }),
    };
    const settings = readSettings({ env, cwd: process.cwd(), files: [] });
    const { pipeline } = options;
    const known = definedPipelines(options, settings) ?? (await loadPipelines(settings));
    const { collection } = known.get(typeof pipeline === 'string' ? pipeline : pipeline.name).source;
    createHome(settings);
    await onCollection(settings, collection, (stored) => stored.insertMany(given));
    const result = await runPipeline({ ...options, settings });
    const documents = await onCollection(settings, collection, (stored) =>
      Array.fromAsync(stored.find({}, { sort: { _id: 1 } })),
    );
    return { result, documents };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** On the embedded store of a home, where documents and state are one. */
async function onCollection<T>(settings: Settings, name: string, work: (stored: Collection) => Promise<T>): Promise<T> {
  const { store, documentStore } = await openStores(settings);
  try {
    return await work(documentStore.collection(name));
  } finally {
    await store.close();
  }
}
