import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ResultsReprocessed } from '@batchmill/contracts/events';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { readArchive, type Run } from '@batchmill/records';
import { reportBatch, reportRun } from '@batchmill/service';
import { TestEngine } from '@batchmill/testing';
import { outcomeOf, outcomesOf } from './documents.js';
import { allDeadLetters, published } from './messages.js';
import { manyNotes } from './notes-pipeline.js';
import { reprocess, runToTheEnd } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const count = 12;
const batchId = 'r.c1.b1';

describe('answers that cannot be used', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  /** A processor that throws until `mend` is called. */
  const broken = () => {
    let isBroken = true;
    return {
      isBroken: () => isBroken,
      process: () => {
        if (isBroken) throw new Error('a mistake');
        return 'processed';
      },
      mend: () => {
        isBroken = false;
      },
    };
  };

  async function opened(pipeline: PipelineDefinition): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline] });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  const infer = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });
  const statuses = async (): Promise<unknown[]> => (await outcomesOf(bundle, 'inference')).map(({ status }) => status);

  it('a processor that throws costs nothing more: once it is mended, the kept answers complete their documents', async () => {
    const { isBroken, mend } = broken();
    await opened(
      pipelineWith({
        process: ({ choices }, { _id }) => {
          if (isBroken() && _id !== 'n00003') throw new Error('a mistake in the processor');
          return `processed: ${choices[0]?.message.content ?? ''}`;
        },
      }),
    );
    const run = await infer();
    const before = await ledgerOf(bundle);
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 1, failed: count - 1 } } });
    expect((await outcomeOf(bundle, 'inference', 'n00000')).info.error).toMatchObject({
      code: 'response.process-failed',
      attempt: 1,
    });

    const still = await reprocess(bundle, batchId);
    mend();
    const mended = await reprocess(bundle, batchId);

    expect(still).toMatchObject({ requests: 0, documents: 0, unusable: count - 1 });
    expect(mended).toMatchObject({ requests: count - 1, documents: count - 1, unusable: 0, firstError: null });
    for (const { status, info, document } of await outcomesOf(bundle, 'inference')) {
      expect(status).toBe('completed');
      expect(document['event_response']).toEqual([
        expect.objectContaining({ talking_points: expect.stringContaining('processed: ') }),
      ]);
      expect(info.functions?.['summary']).toMatchObject({ state: 'done', attempts: 1 });
      expect(info.functions?.['summary']?.error).toBeUndefined();
      expect(info.error).toBeUndefined();
    }
    expect(await ledgerOf(bundle)).toEqual(before);
    expect(before).toMatchObject({ requests: count, ...nothingTwiceNothingLeft });
  });

  it('the reports name what is kept and what was used later; cost and tokens stay those of the ledger', async () => {
    const { process, mend } = broken();
    await opened(pipelineWith({ process }));
    const run = await infer();
    const { engine } = bundle;
    const keptName = (await engine.batches.get(batchId))?.ingestion.kept ?? '';

    const before = await reportRun(engine, run);
    const batchBefore = reportBatch(engine, (await engine.batches.get(batchId))!);
    mend();
    await reprocess(bundle, batchId);
    const after = await reportRun(engine, (await engine.runs.get('r'))!);
    const batchAfter = reportBatch(engine, (await engine.batches.get(batchId))!);

    expect(before).toMatchObject({ failed: count, keptAnswers: count, reprocessed: { answers: 0, documents: 0 } });
    expect(batchBefore).toMatchObject({
      status: 'ingested',
      unusableAnswers: count,
      reprocessedAnswers: 0,
      keptFile: engine.blobs.placeOf(keptName),
    });
    expect(after).toMatchObject({ failed: count, keptAnswers: 0, reprocessed: { answers: count, documents: count } });
    expect(batchAfter).toMatchObject({ unusableAnswers: count, reprocessedAnswers: count, keptFile: null });
    const ledger = await ledgerOf(bundle);
    expect(after.tokens).toEqual({ input: ledger.inputTokens, output: ledger.outputTokens });
    expect(after.cost.usd).toBe(ledger.usd);
    // What was waste until then is used, and was not bought a second time.
    expect([before.savings?.savedUsd, after.savings?.savedUsd]).toEqual([-ledger.usd, 2 * ledger.usd]);
    expect([before.cost.savedUsd, after.cost.savedUsd]).toEqual([-ledger.usd, 2 * ledger.usd]);
    const same = { keptAnswers: 0, reprocessed: null, savings: null, cost: { ...after.cost, savedUsd: null } };
    expect(after.cost).toMatchObject({ usd: before.cost.usd, synchronousUsd: before.cost.synchronousUsd });
    expect({ ...after, ...same }).toEqual({ ...before, ...same });
    await expect(Array.fromAsync(engine.blobs.read(keptName))).rejects.toMatchObject({ code: 'blobs.missing' });
  });

  it('results.reprocessed names an archive of the answers for consumers', async () => {
    const { process, mend } = broken();
    await opened(pipelineWith({ process }));
    await infer();
    mend();
    await reprocess(bundle, batchId);

    const [event] = await published<ResultsReprocessed>(bundle, ResultsReprocessed);

    expect(event).toMatchObject({ runId: 'r', batchId, requests: count, documents: count, unusable: 0, error: null });
    const archived = await Array.fromAsync(readArchive(bundle.engine.blobs, event?.archive ?? ''));
    expect(archived).toHaveLength(count);
  });

  it('a document that was claimed again since is left alone', async () => {
    const { process, mend } = broken();
    await opened(pipelineWith({ process }));
    await infer();
    mend();
    const again = await runToTheEnd(bundle, { runId: 'again', pipeline: 'notes', redo: 'failed', limit: 5 });

    const { requests, documents, unusable } = await reprocess(bundle, batchId);

    expect(again.totals?.documents).toMatchObject({ succeeded: 5 });
    expect({ requests, documents, unusable }).toEqual({ requests: count - 5, documents: count - 5, unusable: 0 });
    for (const { status, document } of await outcomesOf(bundle, 'inference')) {
      expect(status).toBe('completed');
      expect(document['event_response']).toHaveLength(1);
    }
  });

  it('a document that was set to pending by hand is left to the next run, which requests everything of it', async () => {
    const { process, mend } = broken();
    await opened(pipelineWith({ process }));
    await infer();
    mend();
    const notes = bundle.engine.documentStore.collection('notes');
    await notes.updateOne({ _id: 'n00004' }, { $set: { ai_status: 'pending' } });

    await reprocess(bundle, batchId);

    expect((await outcomeOf(bundle, 'inference', 'n00004')).status).toBe('pending');
    expect((await statuses()).filter((status) => status === 'completed')).toHaveLength(count - 1);
  });

  it('a document with several functions is completed when its last kept answer is used', async () => {
    const { process, mend } = broken();
    const other = broken();
    await opened(
      definePipeline({
        name: 'notes',
        source: { collection: 'notes', parentIdField: 'note' },
        inference: {
          status: { field: 'ai_status' },
          functions: [
            chat({ ...request, name: 'summary', process }),
            chat({ ...request, name: 'topics', process: other.process }),
            chat({ ...request, name: 'plain' }),
          ],
        },
        batch: { batchSize: 100 },
      }),
    );
    await infer();

    mend();
    const first = await reprocess(bundle, batchId);
    const between = await statuses();
    other.mend();
    const second = await reprocess(bundle, batchId);

    expect(first).toMatchObject({ requests: count, documents: 0, unusable: count });
    expect(new Set(between)).toEqual(new Set(['failed']));
    expect(second).toMatchObject({ requests: 2 * count, documents: count, unusable: 0 });
    expect(new Set(await statuses())).toEqual(new Set(['completed']));
    for (const { document } of await outcomesOf(bundle, 'inference'))
      expect(document['event_response']).toHaveLength(3);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 * count, ...nothingTwiceNothingLeft });
  });

  it('a batch that keeps nothing is not reprocessed', async () => {
    await opened(pipelineWith({}));
    await infer();

    expect((await bundle.engine.batches.get(batchId))?.ingestion).toMatchObject({ kept: null, unusableAnswers: 0 });
  });
});

const request = { model: 'gpt-4o-mini', system: 'Summarize the following text:', user: '{{ text }}' };

function pipelineWith(options: Partial<Parameters<typeof chat>[0]>): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    inference: { status: { field: 'ai_status' }, functions: [chat({ ...request, name: 'summary', ...options })] },
    batch: { batchSize: 100 },
  });
}
