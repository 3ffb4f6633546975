import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline } from '@batchmill/pipeline';
import { addSavings, noSavings, paidOf, savedOf, withoutBatchmill, type LedgerEntry } from '@batchmill/records';
import { reportRun } from '@batchmill/service';
import { TestEngine, type TestEngineOptions } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { reprocess, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

describe('what the ledger knows of savings', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(options: TestEngineOptions): Promise<void> {
    bundle = await TestEngine.open(options);
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(6));
    await bundle.start(stages);
  }

  const entries = (): Promise<LedgerEntry[]> => Array.fromAsync(bundle.engine.ledger.entries());

  it('M2: a batch whose create answer was lost is known as adopted, and one that was answered is not', async () => {
    await opened({ pipelines: [notes], settings: { armMs: 500, staleListMs: 50 } });
    const run = { pipeline: 'notes', endpoint: 'embeddings', limit: 3 } as const;
    await runToTheEnd(bundle, { ...run, runId: 'plain' });

    await injectFaults(bundle, { on: 'batches.create', what: 'drop-answer', times: 1 });
    await runToTheEnd(bundle, { ...run, runId: 'adopted' });

    expect(await ledgerOf(bundle)).toMatchObject(nothingTwiceNothingLeft);
    expect((await entries()).map(({ runId, adopted }) => [runId, adopted])).toEqual([
      ['plain', false],
      ['adopted', true],
    ]);
    const [plain, adopted] = (await entries()).map((entry) => addSavings(noSavings, entry));
    expect(plain && withoutBatchmill(plain)).toBe(2 * (plain === undefined ? 0 : paidOf(plain)));
    expect(adopted && withoutBatchmill(adopted)).toBe(3 * (adopted === undefined ? 0 : paidOf(adopted)));
    const report = await reportRun(bundle.engine, (await bundle.engine.runs.get('adopted'))!);
    expect(report.savings?.savedUsd).toBeCloseTo(2 * (report.cost.usd ?? 0), 12);
  });

  it('M2: answers that could not be used are waste until they are reprocessed, and then were not bought twice', async () => {
    let isBroken = true;
    const process = (): string => {
      if (isBroken) throw new Error('a mistake');
      return 'processed';
    };
    const functions = [chat({ name: 'summary', model: 'gpt-4o-mini', user: '{{ text }}', process })];
    const source = { collection: 'notes', parentIdField: 'note' };
    await opened({ pipelines: [definePipeline({ name: 'notes', source, inference: { functions } })] });
    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });
    const [wasted] = await entries();

    isBroken = false;
    await reprocess(bundle, 'r.c1.b1');

    const [used] = await entries();
    const billed = (await ledgerOf(bundle)).nanoUsd;
    expect(wasted).toMatchObject({ cost: { nanoUsd: billed }, wasted: { nanoUsd: billed } });
    expect(savedOf(addSavings(noSavings, wasted!))).toBe(-billed);
    expect(used?.reprocessed).toMatchObject([{ function: 'summary', requests: 6, cost: { nanoUsd: billed } }]);
    expect(addSavings(noSavings, used!)).toMatchObject({
      reprocessed: billed,
      wastedAnswers: 0,
      paidInBatches: billed,
      synchronousPrice: used?.cost.synchronousNanoUsd,
    });
  });
});
