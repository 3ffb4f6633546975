import { stages } from '@batchmill/all-in-one';
import { GridFsBlobs } from '@batchmill/blobs/gridfs';
import { RandomIds } from '@batchmill/contracts';
import type { Run } from '@batchmill/records';
import { MongoStore } from '@batchmill/store/mongo';
import { eventually, TestEngine } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { manyNotes, notes } from '../end-to-end/notes-pipeline.js';
import { endOf, requestRun } from '../end-to-end/runs.js';

export interface RunOnMongoDbOptions {
  /** Without a database: state, documents and blobs get one of their own. */
  readonly url: string;
  readonly endpoint: 'embeddings' | 'inference';
  readonly documents: number;
  /** Called once, while batches are at the provider and others are already ingested. */
  readonly inMidRun: () => Promise<void>;
}

export interface RunOnMongoDb {
  readonly run: Run;
  /** How many documents have each number of answers. */
  readonly answers: Readonly<Record<number, number>>;
  readonly vectors: number;
  /** What the provider was asked for. */
  readonly ledger: Ledger;
}

interface Ledger {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly twice: readonly unknown[];
  readonly files: readonly unknown[];
}

/** Runs the six stages in this process with state, documents and blobs in MongoDB, and one run to its end. */
export async function runOnMongoDb({ url, endpoint, documents, inMidRun }: RunOnMongoDbOptions): Promise<RunOnMongoDb> {
  const database = `batchmill-test-${randomUUID().slice(0, 8)}`;
  const store = MongoStore.open({ url, database });
  const documentStore = MongoStore.open({ url, database: `${database}-documents` });
  const blobs = await GridFsBlobs.open({ url, database, ids: new RandomIds() });
  const bundle = await TestEngine.open({ pipelines: [notes], ports: () => ({ store, documentStore, blobs }) });
  try {
    await documentStore.collection('notes').insertMany(manyNotes(documents));
    await bundle.start(stages);
    const runId = `${endpoint}-${database}`;
    await requestRun(bundle, { runId, pipeline: 'notes', endpoint });
    await eventually('batches that are ingested, and batches at the provider', async () => {
      const batches = store.collection('batches');
      const [ingested, submitted] = [
        await batches.count({ state: 'ingested' }),
        await batches.count({ state: 'submitted' }),
      ];
      return ingested > 0 && submitted > 0;
    });
    await inMidRun();
    const run = await endOf(bundle, runId);
    const ledger = await eventually('no file left at the provider', async () => {
      const found = await ledgerOf(bundle.simulator.url);
      return found.files.length === 0 && found;
    });
    return {
      run,
      answers: await answersIn(documentStore),
      vectors: await bundle.engine.vectors.count('notes'),
      ledger,
    };
  } finally {
    for (const each of [store, documentStore]) {
      for (const name of await each.collectionNames()) await each.collection(name).deleteMany({});
    }
    await bundle.close();
  }
}

async function ledgerOf(url: string): Promise<Ledger> {
  const response = await fetch(`${url}/admin/ledger`);
  return (await response.json()) as Ledger;
}

async function answersIn(documentStore: MongoStore): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for await (const { answers } of documentStore.collection('notes').find({})) {
    const count = Array.isArray(answers) ? answers.length : 0;
    counts[count] = (counts[count] ?? 0) + 1;
  }
  return counts;
}
