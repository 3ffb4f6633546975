import type { Endpoint } from '@batchmill/contracts';
import {
  openEngine,
  reportBatch,
  runPipeline,
  type BatchReport,
  type Engine,
  type RunReport,
  type Settings,
} from '@batchmill/service';
import { MemoryLog } from '@batchmill/telemetry';
import { KnownPipelines } from '@batchmill/testing';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { costCeiling } from './cost-ceiling.js';
import { liveCollection, liveDocuments, livePipeline, type LiveDocument } from './live-pipeline.js';

export interface LiveRunOptions {
  readonly settings: Settings;
  /** The same id continues a run that was started: nothing is requested twice. */
  readonly runId: string;
  /** A JSON file, written again after every progress. */
  readonly resultsFile: string;
  /** Nothing is sent when the run could cost more. */
  readonly maxUsd: number;
  readonly print: (line: string) => void;
}

export interface LiveResult {
  readonly runId: string;
  readonly provider: string;
  readonly ceilingUsd: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly runs: readonly LiveEndpointResult[];
}

export interface LiveEndpointResult {
  readonly endpoint: Endpoint;
  readonly succeeded: number;
  readonly failed: number;
  readonly usd: number | null;
  readonly synchronousUsd: number | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly batches: readonly BatchReport[];
}

export interface LiveRun {
  readonly result: LiveResult;
  readonly documents: readonly LiveDocument[];
  /** The number of vectors of the run's documents, found by a search. */
  readonly vectors: number;
}

const endpoints: readonly Endpoint[] = ['embeddings', 'inference'];

/** Embeds and summarises three documents with the provider and stores of the settings, then deletes the documents. */
export async function liveRun({ settings, runId, resultsFile, maxUsd, print }: LiveRunOptions): Promise<LiveRun> {
  const log = new MemoryLog();
  const pipelines = new KnownPipelines([livePipeline]);
  const opened = await openEngine(settings, { log, name: 'live-test', needsProvider: false, pipelines });
  const { engine } = opened;
  try {
    const ceilingUsd = await costCeiling(engine, runId, endpoints);
    print(`${runId}: 3 documents at ${settings.openai.baseUrl}, at most $${ceilingUsd.toFixed(6)} in all`);
    if (ceilingUsd > maxUsd)
      throw new Error(`It could cost $${ceilingUsd.toFixed(6)}, but may cost at most $${maxUsd}.`);

    const results = new ResultsFile(resultsFile, {
      runId,
      provider: settings.openai.baseUrl,
      ceilingUsd,
      startedAt: engine.clock.now().toISOString(),
      finishedAt: null,
      runs: [],
    });
    await putDocuments(engine, runId);
    for (const endpoint of endpoints) await run(endpoint, { engine, settings, runId, results, print });
    results.write({ finishedAt: engine.clock.now().toISOString() });
    print(`${runId}: results are in ${resultsFile}`);

    const documents = await Array.fromAsync(documentsIn(engine).find({ live_run: runId }, { sort: { _id: 1 } }));
    const vectors = await countVectors(engine, runId);
    await documentsIn(engine).deleteMany({ live_run: runId });
    return { result: results.content, documents, vectors };
  } finally {
    await opened.close();
  }
}

interface Running {
  readonly engine: Engine;
  readonly settings: Settings;
  readonly runId: string;
  readonly results: ResultsFile;
  readonly print: (line: string) => void;
}

async function run(endpoint: Endpoint, { engine, settings, runId, results, print }: Running): Promise<void> {
  const id = `${runId}-${endpoint}`;
  const ended = results.content.runs;
  let last = '';
  const keep = async ({ succeeded, failed, cost, startedAt, finishedAt }: RunReport): Promise<void> => {
    const batches = await batchesOf(engine, id);
    const { usd, synchronousUsd } = cost;
    const run = { endpoint, succeeded, failed, usd, synchronousUsd, startedAt, finishedAt, batches };
    results.write({ runs: [...ended, run] });
    const now = batches.map((one) => `${one.providerBatchId ?? one.batchId} ${one.status}`).join(', ');
    if (now !== last) print(`${id}: ${now}`);
    last = now;
  };
  let kept = Promise.resolve();
  const report = await runPipeline({
    pipeline: livePipeline,
    endpoint,
    parameters: { liveRun: runId },
    runId: id,
    settings,
    onProgress: (report) => {
      kept = kept.then(() => keep(report));
    },
  });
  await kept;
  await keep(report);
}

async function batchesOf(engine: Engine, runId: string): Promise<BatchReport[]> {
  const batches = await Array.fromAsync(engine.batches.ofRun(runId));
  return batches.map((batch) => reportBatch(engine, batch));
}

function documentsIn(engine: Engine) {
  return engine.documentStore.collection<LiveDocument>(liveCollection);
}

async function putDocuments(engine: Engine, runId: string): Promise<void> {
  for (const document of liveDocuments(runId)) {
    if ((await documentsIn(engine).findOne({ _id: document._id })) === null)
      await documentsIn(engine).insertOne(document);
  }
}

async function countVectors(engine: Engine, runId: string): Promise<number> {
  const dimensions = livePipeline.embeddings?.dimensions ?? 0;
  const hits = await engine.vectors.search(liveCollection, new Float32Array(dimensions).fill(1), 10_000);
  return hits.filter(({ fields }) => fields['block_doc_id'] === runId).length;
}

/** The results so far, in a file that outlives the test. */
class ResultsFile {
  content: LiveResult;
  readonly #file: string;

  constructor(file: string, content: LiveResult) {
    this.#file = file;
    this.content = content;
    mkdirSync(dirname(file), { recursive: true });
    this.write({});
  }

  write(changes: Partial<LiveResult>): void {
    this.content = { ...this.content, ...changes };
    writeFileSync(this.#file, `${JSON.stringify(this.content, null, 2)}\n`);
  }
}
