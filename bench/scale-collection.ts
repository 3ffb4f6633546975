import { stages } from '@batchmill/all-in-one';
import { RunRequested } from '@batchmill/contracts/events';
import { chat, definePipeline, planRun } from '@batchmill/pipeline';
import { scanFilter, scanIndexes } from '@batchmill/records';
import { awaitRun, publishEvent } from '@batchmill/service';
import type { Fields, Store } from '@batchmill/store';
import { TestEngine } from '@batchmill/testing';

/* A large collection of which nearly all documents are answered. */

const pipeline = definePipeline({
  name: 'notes',
  source: { collection: 'scale_notes', queryTemplate: {} },
  inference: { functions: [chat({ name: 'summary', user: '{{ text }}' })] },
});

export interface CollectionFigures {
  readonly documents: number;
  readonly pending: number;
  readonly indexed: boolean;
  /** Finding and reading all that is pending, as a scan does. */
  readonly scanMs: number;
  /** The same where nothing is. */
  readonly emptyScanMs: number;
  /** A run that finds nothing, from its request to its end, in a running engine. */
  readonly emptyRunMs: number;
}

const pageDocuments = 1_000;
const times = 3;

/** Measures without the indexes and with them. `store`: on a server; null: the embedded one. */
export async function measureCollection(
  documents: number,
  pending: number,
  store: Store | null,
): Promise<CollectionFigures[]> {
  const bundle = await TestEngine.open({
    pipelines: [pipeline],
    comparesBooks: false,
    ...(store !== null && { ports: () => ({ documentStore: store }) }),
  });
  try {
    await bundle.start(stages);
    const notes = bundle.engine.documentStore.collection('scale_notes');
    await notes.deleteMany({});
    for (let from = 0; from < documents; from += pageDocuments)
      await notes.insertMany(answered(from, Math.min(documents, from + pageDocuments)));
    const figures: CollectionFigures[] = [];
    for (const indexed of [false, true]) {
      if (indexed) await createIndexes();
      const emptyScanMs = await medianOf(scan);
      const emptyRunMs = await medianOf(run);
      // Evenly over the whole collection.
      const ids = Array.from({ length: pending }, (_, index) => Math.floor((index * documents) / pending));
      await notes.updateMany({ _id: { $in: ids } }, { $unset: { ai_status: '', processing_info: '' } });
      const scanMs = await medianOf(scan);
      await notes.updateMany({ _id: { $in: ids } }, { $set: marksOf() });
      figures.push({ documents, pending, indexed, scanMs, emptyScanMs, emptyRunMs });
    }
    await notes.deleteMany({});
    return figures;
  } finally {
    await bundle.close();
  }

  async function createIndexes(): Promise<void> {
    const plan = planRun(bundle.engine.pipelines.get('notes'), { endpoint: 'inference' });
    for (const { keys, where } of scanIndexes(plan)) {
      await bundle.engine.documents.of(plan).ensureIndex({ keys, ...(where !== undefined && { where }) });
    }
  }

  async function scan(): Promise<undefined> {
    const plan = planRun(bundle.engine.pipelines.get('notes'), { endpoint: 'inference' });
    const notes = bundle.engine.documents.of(plan);
    const filter = {
      $and: [{ _id: { $type: 'number' } }, await scanFilter(notes, plan, { now: new Date(), among: {} })],
    };
    const read = await Array.fromAsync(notes.find(filter, { sort: { _id: 1 }, projection: { _id: 1 } }));
    const found = read.length;
    if (found !== 0 && found !== pending) throw new Error(`found ${found} documents, expected none or ${pending}`);
    return undefined;
  }

  /** By the times of its record: who waits for it looks every quarter of a second. */
  async function run(): Promise<number> {
    const runId = bundle.engine.ids.next();
    await publishEvent(bundle.engine, new RunRequested({ runId, pipeline: 'notes', endpoint: 'inference' }));
    const report = await awaitRun(bundle.engine, runId);
    const ended = await bundle.engine.runs.get(runId);
    if (report?.status !== 'finished' || report.succeeded !== 0 || ended?.finishedAt == null) {
      throw new Error(`the run ended as ${report?.status ?? 'nothing'}`);
    }
    return ended.finishedAt.getTime() - ended.createdAt.getTime();
  }
}

function answered(from: number, to: number): Fields[] {
  return Array.from({ length: to - from }, (_, index) => {
    const _id = from + index;
    return { _id, text: `note ${_id} says little`, ...marksOf() };
  });
}

function marksOf(): Fields {
  const at = new Date(0);
  const functions = { summary: { state: 'done', attempts: 1 } };
  return {
    ai_status: 'completed',
    processing_info: {
      installation: 'bench',
      runId: 'earlier',
      claimId: 'earlier.c1',
      claimedAt: at,
      ended: at,
      functions,
    },
  };
}

/** Of how long the work takes, or says that it took. */
async function medianOf(work: () => Promise<number | undefined>): Promise<number> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now();
    const own = await work();
    taken.push(own ?? performance.now() - startedAt);
  }
  return taken.toSorted((one, other) => one - other)[Math.floor(times / 2)] ?? 0;
}
