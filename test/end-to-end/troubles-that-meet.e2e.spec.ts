import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { Batch } from '@batchmill/records';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestAbandon, requestCancel, requestRun } from './runs.js';
import { advanceProvider, injectFaults, ledgerOf, type FaultRule } from './simulated-provider.js';
import { passWithLooks } from './time-with-looks.js';

const count = 10;
const hour = 3_600_000;

/** Each test lets two troubles meet in one batch, of which each alone is tested elsewhere. */
describe('troubles that meet in one batch', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  /** One batch of ten. The provider's time stands still until it is advanced. */
  async function opened(faults: readonly FaultRule[], options: Partial<TestEngineOptions> = {}): Promise<void> {
    const settings = { armMs: 500, staleListMs: 50, sweepMs: 100, ...options.settings };
    bundle = await TestEngine.open({ pipelines: [notes], simulator: { speed: 0 }, ...options, settings });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    await injectFaults(bundle, ...faults);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
  }

  const reached = (what: string, is: (found: Batch) => boolean): Promise<Batch> =>
    eventually(what, async () => {
      const found = await bundle.engine.batches.get('r.c1.b1');
      return found !== null && is(found) && found;
    });

  async function settledWithoutFiles(options?: Partial<TestEngineOptions>): Promise<void> {
    await opened([{ on: 'batch', what: 'late-files', value: 10_000, times: 1 }], options);
    await reached('the batch to be submitted', ({ state }) => state === 'submitted');
    await advanceProvider(bundle, 600);
    await reached('the files to be missed', ({ ingestion }) => ingestion.fileMissingSince !== null);
  }

  describe('results that are counted and not shown', () => {
    it.each([
      ['does not answer any more', 503],
      ['refuses every call', 400],
      ['refuses the key', 403],
    ])('R2: a cancelled run that waits for them ends within an hour although the provider %s', async (_, value) => {
      await settledWithoutFiles();
      await injectFaults(bundle, { on: 'batches.retrieve', what: 'status', value });

      await requestCancel(bundle, 'r');
      await reached('its stall to be noted', ({ stall }) => stall != null);
      await passWithLooks(bundle, 'r.c1.b1', { ms: hour, steps: 6 });

      expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled' });
    });

    it('X4: a batch that waits for them can be abandoned although the provider does not answer', async () => {
      await settledWithoutFiles();
      await injectFaults(bundle, { on: 'batches.retrieve', what: 'status', value: 503 });

      await requestAbandon(bundle, 'r.c1.b1', true);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { failed: count } } });
    });

    it('X4: a batch that waits for them is held while the key of its account is missing, and is paid once', async () => {
      await settledWithoutFiles({ apiKey: 'sk-org-a-1' });

      await bundle.restartWithKey('sk-org-b-1');
      await bundle.start(stages);
      bundle.clock.advance(2 * hour);
      await reached('the batch to be held', ({ otherAccount }) => otherAccount != null);
      await bundle.restartWithKey('sk-org-a-1');
      await bundle.start(stages);
      await advanceProvider(bundle, 20_000);
      bundle.clock.advance(60_000);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count }, requests: count } });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
    });
  });

  it('Y5: looks at a file that the provider processes do not count as failures of its batch', async () => {
    await opened([
      { on: 'files.create', what: 'pending', value: 3_000 },
      { on: 'batch', what: 'refused', value: 'hourly', times: 1 },
    ]);
    let lookedAt = await reached('the file to be pending', ({ submission }) => submission.filePendingSince != null);
    for (let looks = 0; looks < 10; looks += 1) {
      const { nextAt } = lookedAt;
      bundle.clock.advance(30_000);
      lookedAt = await reached('another look', (found) => found.nextAt > nextAt);
    }

    await advanceProvider(bundle, 3_000);
    await reached('the second submission', ({ submission }) => submission.attempt === 2);
    bundle.clock.advance(hour);
    await reached('the batch to be submitted', ({ state }) => state === 'submitted');
    await advanceProvider(bundle, 600);

    expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count }, batches: 1 } });
    for (const { info } of await outcomesOf(bundle, 'embeddings')) {
      expect([info.functions?.['embeddings']?.attempts, info.freeRetries ?? 0]).toEqual([1, 0]);
    }
  });

  it('R4: a file is made smaller as often as it takes, however few free retries a document has', async () => {
    await opened([{ on: 'files.create', what: 'refused', value: 'too-large' }], { settings: { maxFreeRetries: 2 } });

    expect(await endOf(bundle, 'r')).toMatchObject({
      state: 'finished',
      totals: { documents: { failed: count, left: 0 } },
    });
  });
});
