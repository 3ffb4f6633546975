import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { BatchHeld } from '@batchmill/contracts/events';
import type { Batch } from '@batchmill/records';
import { StatusPollerModule } from '@batchmill/status-poller';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { reportBatch, reportRun } from '@batchmill/service';
import { published } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestAbandon, requestCancel, requestRun } from './runs.js';
import { advanceProvider, injectFaults, ledgerOf } from './simulated-provider.js';
import { passWithLooks } from './time-with-looks.js';

const count = 10;
const keyOfA = 'sk-org-a-1';
const otherKeyOfA = 'sk-org-a-2';
const keyOfB = 'sk-org-b-1';
const hour = 3_600_000;

describe('a key of another account', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  /** The provider's time stands still: a batch with a delay stays where it is, others are completed at once. */
  async function opened(apiKey: string, { staleListMs = 50, started = stages } = {}): Promise<void> {
    bundle = await TestEngine.open({
      pipelines: [notes],
      apiKey,
      simulator: { speed: 0 },
      settings: { armMs: 500, staleListMs, sweepMs: 100 },
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(started);
  }

  async function restartedWith(apiKey: string): Promise<void> {
    await bundle.restartWithKey(apiKey);
    await bundle.start(stages);
  }

  const request = (runId: string) => requestRun(bundle, { runId, pipeline: 'notes', endpoint: 'embeddings' });
  const batch = (): Promise<Batch | null> => bundle.engine.batches.get('r.c1.b1');
  const reached = (what: string, is: (found: Batch) => boolean): Promise<Batch> =>
    eventually(what, async () => {
      const found = await batch();
      return found !== null && is(found) && found;
    });
  const held = (): Promise<Batch> => reached('the batch to be held', (found) => found.otherAccount != null);

  async function submittedUnderA(): Promise<void> {
    await opened(keyOfA);
    await injectFaults(bundle, { on: 'batch', what: 'delay', value: 500, times: 1 });
    await request('r');
    await reached('the batch to be submitted', ({ state }) => state === 'submitted');
  }

  /** No look finds the batch before the restart, and its key is not given up until then. */
  async function armedUnderA(started = stages): Promise<void> {
    await opened(keyOfA, { staleListMs: 30_000, started });
    await injectFaults(
      bundle,
      { on: 'batches.create', what: 'drop-answer', times: 1 },
      { on: 'batches.list', what: 'stale' },
    );
    await request('r');
    await reached('the create call to be made', ({ submission }) => submission.armed !== null);
    await eventually('the provider to have it', async () => (await ledgerOf(bundle)).batches.length === 1);
  }

  async function adoptedUnderA(): Promise<void> {
    await armedUnderA(stages.filter((stage) => stage !== StatusPollerModule));
    await eventually('its completion', async () => (await ledgerOf(bundle)).batches[0]?.status === 'completed');
    await injectFaults(bundle);
    bundle.clock.advance(30_000);
    await reached('the batch to be adopted', ({ provider }) => provider?.state === 'completed');
  }

  async function settledUnderA(): Promise<void> {
    await opened(keyOfA);
    await injectFaults(bundle, { on: 'files.content', what: 'status', value: 503 });
    await request('r');
    await reached('the batch to be submitted', ({ state }) => state === 'submitted');
    await advanceProvider(bundle, 60);
    await reached('the batch to be settled', ({ state }) => state === 'settled');
  }

  const cases: [string, () => Promise<void>][] = [
    ['submitted', submittedUnderA],
    ['armed, and the answer to its create call was lost', () => armedUnderA()],
    ['completed when it was adopted, and not polled since', adoptedUnderA],
    ['settled, and its results were not downloaded', settledUnderA],
  ];

  it.each(cases)(
    'X4: a batch of another account is held and reported, goes on by itself once the former key is back, and is paid once: %s',
    async (_, underA) => {
      await underA();

      await restartedWith(keyOfB);
      await injectFaults(bundle);
      const found = await held();

      expect(found).toMatchObject({ otherAccount: { account: { reportedOrganization: 'org-a' } } });
      const report = reportBatch(bundle.engine, found);
      expect(report).toMatchObject({
        status: 'held',
        error: expect.stringMatching(/organization org-a.*batch abandon r\.c1\.b1/),
      });
      expect(JSON.stringify(found)).not.toContain(keyOfA);
      expect(await reportRun(bundle.engine, (await bundle.engine.runs.get('r'))!)).toMatchObject({
        status: 'held',
        progress: { held: 1, parked: 0 },
      });
      await eventually('a notification', () =>
        storedRecords(bundle.engine.store).notifications.findOne({ 'payload.type': 'work.held' }),
      );
      expect(await published<BatchHeld>(bundle, BatchHeld)).toHaveLength(1);
      await advanceProvider(bundle, 600);
      bundle.clock.advance(72 * hour);
      expect(await ledgerOf(bundle)).toMatchObject({ batches: [{}], twice: [] });

      await restartedWith(keyOfA);
      bundle.clock.advance(60_000);
      await reached('the hold to end', ({ otherAccount }) => otherAccount == null);
      expect(await endOf(bundle, 'r')).toMatchObject({
        state: 'finished',
        totals: { documents: { succeeded: count } },
      });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [], files: [] });
    },
  );

  it.each(cases)('X4: another key of the same account goes on with a batch: %s', async (_, underA) => {
    await underA();

    await restartedWith(otherKeyOfA);
    await injectFaults(bundle);
    bundle.clock.advance(60_000);
    await reached('the batch to be adopted', ({ state }) => state !== 'built');
    await advanceProvider(bundle, 600);

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count } } });
    expect((await batch())?.provider?.account?.keyFingerprint).toBeDefined();
    expect(await published<BatchHeld>(bundle, BatchHeld)).toEqual([]);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [], files: [] });
  });

  it('X4: a batch whose file is deleted is held too when the same key is used with another organization', async () => {
    await opened('sk-first', { staleListMs: 30_000 });
    await injectFaults(
      bundle,
      { on: 'batches.create', what: 'drop-answer', times: 1 },
      { on: 'batches.list', what: 'stale' },
    );
    await request('r');
    await reached('the create call to be made', ({ submission }) => submission.armed !== null);
    bundle.clock.advance(1_000);
    await reached('the file to be deleted', ({ submission }) => submission.fileDeletedAt !== null);

    await bundle.restartWithKey('sk-first', { organization: 'org-b' });
    bundle.clock.advance(60_000);
    await bundle.start(stages);
    await held();
    await injectFaults(bundle);
    await restartedWith('sk-first');
    bundle.clock.advance(60_000);
    await reached('the batch to be adopted', ({ state }) => state !== 'built');
    await advanceProvider(bundle, 600);

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
  });

  it('X4: a provider that does not name accounts is asked for the batch itself', async () => {
    await opened('sk-first');
    await injectFaults(bundle, { on: 'batch', what: 'delay', value: 500 });
    await request('r');
    await reached('the batch to be submitted', ({ state }) => state === 'submitted');

    await restartedWith('sk-second');
    bundle.clock.advance(60_000);
    await advanceProvider(bundle, 600);

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'finished' });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, twice: [] });
  });

  it('X4: the time of a hold does not count for a batch that stalled before it', async () => {
    await opened(keyOfA);
    await injectFaults(bundle, { on: 'batches.retrieve', what: 'stale' });
    await request('r');
    await reached('its stall to be noted', ({ stall }) => stall != null);
    await restartedWith(keyOfB);
    await injectFaults(bundle);
    expect(await held()).toMatchObject({ stall: null });
    await advanceProvider(bundle, 600);
    bundle.clock.advance(72 * hour);

    await injectFaults(bundle, { on: 'batches.retrieve', what: 'status', value: 404, times: 1 });
    await restartedWith(keyOfA);
    await reached('the hold to end', ({ otherAccount }) => otherAccount == null);
    bundle.clock.advance(60_000);

    expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
  });

  it('X4: new runs go on under the other account while a batch is held', async () => {
    await submittedUnderA();
    await restartedWith(keyOfB);
    await held();
    const more = manyNotes(2 * count).slice(count);
    await bundle.engine.documentStore.collection('notes').insertMany(more);
    await injectFaults(bundle);

    await request('next');
    await eventually(
      'a batch of the other run',
      async () => (await bundle.engine.batches.get('next.c1.b1'))?.state === 'submitted',
    );
    await advanceProvider(bundle, 60);

    expect(await endOf(bundle, 'next')).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: count } },
    });
    expect(await batch()).toMatchObject({
      state: 'submitted',
      provider: { account: { reportedOrganization: 'org-a' } },
    });
  });

  it.each(cases)(
    'X4: a held batch is requested again under the other account once it is abandoned: %s',
    async (_, underA) => {
      await underA();
      await restartedWith(keyOfB);
      await injectFaults(bundle);
      await held();

      await requestAbandon(bundle, 'r.c1.b1');
      await eventually(
        'the batch to be sent again',
        async () => (await bundle.engine.batches.get('r.c2.b1'))?.state === 'submitted',
      );
      await advanceProvider(bundle, 60);

      expect(await endOf(bundle, 'r')).toMatchObject({
        state: 'finished',
        totals: { documents: { succeeded: count } },
      });
    },
  );

  it.each(cases)('X4: a cancelled run whose batch is held ends within an hour: %s', async (_, underA) => {
    await underA();
    await restartedWith(keyOfB);
    await injectFaults(bundle);
    await held();

    await requestCancel(bundle, 'r');
    await eventually('the cancel', async () => (await bundle.engine.runs.get('r'))?.cancelRequestedAt != null);
    bundle.clock.advance(60_000);
    await reached('the cancel to be noted', ({ stall }) => stall != null);
    await passWithLooks(bundle, 'r.c1.b1', { ms: hour, steps: 6 });
    bundle.clock.advance(60_000);

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled', totals: { documents: { left: count } } });
  });

  it('X4: what the former account did meanwhile is cancelled and known as an orphan once its key is back', async () => {
    await submittedUnderA();
    await restartedWith(keyOfB);
    await held();
    await advanceProvider(bundle, 600);
    await requestAbandon(bundle, 'r.c1.b1', true);
    await endOf(bundle, 'r');

    await restartedWith(keyOfA);
    await reached('the orphan to be recorded', ({ orphans }) => orphans.length > 0);

    expect(await batch()).toMatchObject({ orphans: [{ completed: count }] });
    const run = await bundle.engine.runs.get('r');
    expect(await reportRun(bundle.engine, run!)).toMatchObject({
      lost: { batches: 0 },
      orphaned: { batches: 1, requests: count },
    });
    await eventually('its files to be deleted', async () => (await ledgerOf(bundle)).files.length === 0);
  });
});
