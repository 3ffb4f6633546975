import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { JsonlBuilderModule } from '@batchmill/jsonl-builder';
import { reportRun } from '@batchmill/service';
import type { Batch, Run } from '@batchmill/records';
import { TestEngine, eventually, type KnownPipelines, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { allDeadLetters } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestAbandon, requestCancel, requestRun } from './runs.js';
import { advanceProvider, injectFaults, ledgerOf, type FaultRule } from './simulated-provider.js';
import { passWithLooks } from './time-with-looks.js';

const count = 10;
const hour = 3_600_000;
const day = 24 * hour;
const everyCall = [
  'files.create',
  'files.content',
  'batches.create',
  'batches.retrieve',
  'batches.list',
  'batches.cancel',
];

interface Opened {
  readonly tokens?: number;
  readonly running?: typeof stages;
}

describe('batches whose end does not come', () => {
  let bundle: TestEngine;
  let stop: () => Promise<void>;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  /** One batch of ten, or more where the queue has room for `tokens` only. The provider's time stands still until it is advanced. */
  async function opened(
    faults: readonly FaultRule[],
    { tokens, running = stages, ...options }: Partial<TestEngineOptions> & Opened = {},
  ): Promise<void> {
    const settings = { armMs: 500, staleListMs: 50, sweepMs: 100, ...options.settings };
    bundle = await TestEngine.open({ pipelines: [notes], simulator: { speed: 0 }, ...options, settings });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    const { budgets, provider } = bundle.engine;
    if (tokens !== undefined) await budgets.learn(provider.account, 'text-embedding-3-small', 'tokens', tokens);
    stop = await bundle.start(running);
    await injectFaults(bundle, ...faults);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
  }

  const batchOf = (claim: number, number = 1): Promise<Batch | null> =>
    bundle.engine.batches.get(`r.c${claim}.b${number}`);
  const reached = (what: string, is: (found: Batch) => boolean, claim = 1, number = 1): Promise<Batch> =>
    eventually(what, async () => {
      const found = await batchOf(claim, number);
      return found !== null && is(found) && found;
    });
  const submitted = (claim = 1) => reached('the batch to be submitted', ({ state }) => state === 'submitted', claim);
  const stalled = () => reached('its stall to be noted', ({ stall }) => stall != null);
  const stalledAfterCancel = () => reached('its stall to be noted', ({ stall }) => stall?.ofCancelledRun === true);
  const lookedAtFor = (ms: number, limitMs: number) =>
    passWithLooks(bundle, 'r.c1.b1', { ms, steps: Math.ceil((6 * ms) / limitMs) });
  const settled = () => reached('the batch to be settled', ({ reason }) => reason !== null);
  const reportOf = async () => reportRun(bundle.engine, (await bundle.engine.runs.get('r'))!);

  /** The answer to the create call is lost, and every search of the list fails until other faults are injected. */
  async function armedAndCreated(value = 503): Promise<void> {
    const faults: FaultRule[] = [
      { on: 'batches.create', what: 'drop-answer', times: 1 },
      { on: 'batches.list', what: 'status', value, match: 'limit=100' }, // not when the account is checked
    ];
    await opened(faults, { settings: { armMs: 60_000 } });
    await reached('the submission to be armed', ({ submission }) => submission.armed !== null);
    await eventually('the provider to have it', async () => (await ledgerOf(bundle)).batches.length === 1);
  }

  async function completedThere(): Promise<void> {
    await advanceProvider(bundle, 600);
    await eventually(
      'the provider to have completed it',
      async () => (await ledgerOf(bundle)).batches[0]?.status === 'completed',
    );
  }

  /** The same, and the deadline of the call has passed. */
  async function armedWhileListsFail(value: number): Promise<void> {
    await armedAndCreated(value);
    bundle.clock.advance(60_000);
  }

  /** Meanwhile the provider ends the batch. */
  async function stoppedFor(ms: number): Promise<void> {
    await stop();
    bundle.clock.advance(ms);
    await advanceProvider(bundle, 600);
  }

  async function restarted(faults: readonly FaultRule[]): Promise<void> {
    await injectFaults(bundle, ...faults);
    await bundle.start(stages);
  }

  async function sentAgain(): Promise<Run> {
    await submitted(2);
    await advanceProvider(bundle, 60);
    return endOf(bundle, 'r');
  }

  describe('are lost after a time', () => {
    it.each<[string, FaultRule[]]>([
      ['unknown to the provider', [{ on: 'batch', what: 'forget', times: 1 }]],
      ['validating', [{ on: 'batch', what: 'stay', value: 'validating', times: 1 }]],
      ['finalizing', [{ on: 'batch', what: 'stay', value: 'finalizing', times: 1 }]],
    ])('X4: a batch that stays %s is requested again, which uses up no attempt', async (_, faults) => {
      await opened(faults, { settings: { lostAfterMs: 12 * hour } });
      await submitted();
      await advanceProvider(bundle, 60);
      await stalled();
      await lookedAtFor(6 * hour, 12 * hour);
      expect(await batchOf(1)).toMatchObject({ state: 'submitted' });

      await lookedAtFor(6 * hour, 12 * hour);

      expect(await settled()).toMatchObject({ reason: 'lost', failure: { code: 'batch.lost' } });
      expect(await sentAgain()).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count } } });
      for (const { info } of await outcomesOf(bundle, 'embeddings')) {
        expect(info).toMatchObject({ freeRetries: 1, functions: { embeddings: { attempts: 1 } } });
      }
    });

    it('X4: an overdue batch that stays cancelling is lost, and its documents are requested again', async () => {
      await opened([
        { on: 'batch', what: 'delay', value: 500, times: 1 },
        { on: 'batch', what: 'stay', value: 'cancelling', times: 1 },
      ]);
      await submitted();
      bundle.clock.advance(day + hour);
      await reached('the batch to be cancelled', ({ stall }) => stall?.found === 'cancelling');

      await lookedAtFor(2 * day, 2 * day);

      expect(await settled()).toMatchObject({ reason: 'lost' });
      expect(await sentAgain()).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count } } });
    });

    it('X4: a batch that was validating for long, and then found no room in the queue, is submitted again', async () => {
      const tokenLimit: FaultRule = { on: 'batch', what: 'token-limit', value: 90_000, times: 1 };
      await opened([tokenLimit, { on: 'batches.retrieve', what: 'stale' }]);
      await submitted();
      await stalled();
      bundle.clock.advance(day - hour);
      const refusedAt = bundle.clock.now();
      await injectFaults(bundle);

      await reached(
        'the second submission',
        ({ state, submission }) => state === 'submitted' && submission.attempt === 2,
      );
      const { stall } = (await batchOf(1))!;
      expect(stall?.since.getTime() ?? Infinity).toBeGreaterThanOrEqual(refusedAt.getTime());
      await advanceProvider(bundle, 60);

      expect(await endOf(bundle, 'r')).toMatchObject({ state: 'finished', totals: { batches: 1 } });
    });

    it('X4: a batch that is only slow is not lost', async () => {
      await opened([{ on: 'batch', what: 'delay', value: 500, times: 1 }]);
      await submitted();
      await reached('a poll', ({ provider }) => (provider?.polls ?? 0) > 0);
      bundle.clock.advance(day - hour);
      const { polls } = (await batchOf(1))!.provider!;
      await reached('another poll', ({ provider }) => (provider?.polls ?? 0) > polls);

      await advanceProvider(bundle, 600);

      expect(await endOf(bundle, 'r')).toMatchObject({ state: 'finished' });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, twice: [] });
    });

    it('X4: a batch that the provider knows again in time is ingested', async () => {
      await opened([{ on: 'batch', what: 'forget', value: 3_600, times: 1 }]);
      await submitted();
      await stalled();
      bundle.clock.advance(day);

      await advanceProvider(bundle, 7_200);

      expect(await endOf(bundle, 'r')).toMatchObject({
        state: 'finished',
        totals: { documents: { succeeded: count } },
      });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [], files: [] });
    });

    it('X4: a lost batch that reappears is an orphan, whose cost is reported', async () => {
      await opened([{ on: 'batch', what: 'forget', value: 3_600, times: 1 }]);
      await submitted();
      await stalled();
      await lookedAtFor(2 * day, 2 * day);
      await settled();
      await sentAgain();
      expect(await reportOf()).toMatchObject({ lost: { batches: 1, requests: count }, orphaned: { requests: 0 } });

      await advanceProvider(bundle, 7_200);
      await reached('the orphan to be recorded', ({ orphans }) => orphans.length > 0);

      const { lost, orphaned } = await reportOf();
      expect(lost.batches).toBe(0);
      expect(orphaned).toMatchObject({ batches: 1, requests: count });
      expect(orphaned.inputUsd).toBeGreaterThan(0);
      await eventually('its files to be deleted', async () => (await ledgerOf(bundle)).files.length === 0);
    });

    it('X4: a batch is not lost by one look after services were stopped, however long it was seen to stall before', async () => {
      await opened([{ on: 'batches.retrieve', what: 'stale' }]);
      await reached('its stall to be noted', ({ stall }) => stall?.found === 'validating');
      await stoppedFor(2 * day);

      await restarted([{ on: 'batches.retrieve', what: 'status', value: 404, times: 1 }]);
      const { stall } = await reached('it to be unknown', ({ stall }) => stall?.found === 'unknown');
      expect(stall!.since.getTime()).toBeGreaterThan(bundle.clock.now().getTime() - day);
      bundle.clock.advance(60_000);

      expect(await endOf(bundle, 'r')).toMatchObject({
        state: 'finished',
        totals: { documents: { succeeded: count } },
      });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
    });

    it('X4: of the time in which services were stopped, a part alone counts for a batch that was unknown before', async () => {
      await opened([{ on: 'batch', what: 'forget', times: 1 }]);
      await submitted();
      await stalled();
      await stop();
      bundle.clock.advance(10 * day);

      await bundle.start(stages);
      const { stall, state } = await reached('another look', ({ stall }) => (stall?.observed?.totalMs ?? 0) > hour);

      expect(state).toBe('submitted');
      expect(stall?.observed?.totalMs).toBeLessThan((2 * day) / 6 + 60_000);
    });

    it('X4: a result file is not gone by one look after services were stopped', async () => {
      await opened([{ on: 'files.content', what: 'status', value: 404 }]);
      await submitted();
      await advanceProvider(bundle, 60);
      await reached('the file to be missed', ({ ingestion }) => ingestion.fileMissingSince !== null);
      await stop();
      bundle.clock.advance(day);
      const looks = (await batchOf(1))!.ingestion.fileMissing!.lookedAt;

      await bundle.start(stages);
      await reached('another look', ({ ingestion }) => (ingestion.fileMissing?.lookedAt ?? looks) > looks);
      await injectFaults(bundle);

      expect(await endOf(bundle, 'r')).toMatchObject({
        state: 'finished',
        totals: { documents: { succeeded: count } },
      });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
    });

    it('X4: a server that has no list of batches does not make a batch unknown', async () => {
      await opened([{ on: 'batch', what: 'delay', value: 500, times: 1 }], { settings: { lostAfterMs: hour } });
      await submitted();
      await injectFaults(
        bundle,
        { on: 'batches.retrieve', what: 'status', value: 404 },
        { on: 'batches.list', what: 'status', value: 404 },
      );
      await eventually('the outage to be noticed', () => !bundle.engine.readiness.isReady);
      bundle.clock.advance(2 * hour);
      await injectFaults(bundle, { on: 'batches.list', what: 'status', value: 404 });
      await eventually('the outage to end', () => bundle.engine.readiness.isReady);
      await injectFaults(bundle);
      await advanceProvider(bundle, 600);

      expect(await endOf(bundle, 'r')).toMatchObject({ state: 'finished' });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
    });
  });

  describe('are abandoned by command', () => {
    const unknown: FaultRule = { on: 'batch', what: 'forget', times: 1 };

    it.each<[string, FaultRule[]]>([
      ['that the provider does not know', [unknown]],
      ['that stays validating', [{ on: 'batch', what: 'stay', value: 'validating', times: 1 }]],
      ['that is in progress', [{ on: 'batch', what: 'delay', value: 500, times: 1 }]],
    ])('X4: a batch %s is given up at once, and requested again', async (_, faults) => {
      await opened(faults);
      await submitted();

      await requestAbandon(bundle, 'r.c1.b1');

      expect(await settled()).toMatchObject({
        reason: 'lost',
        failure: { message: expect.stringContaining('abandoned') },
      });
      expect(await sentAgain()).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count } } });
    });

    it('X4: by choice its requests fail, and are done again only when that is asked for', async () => {
      await opened([unknown]);
      await submitted();

      await requestAbandon(bundle, 'r.c1.b1', true);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { failed: count, left: 0 } } });
      for (const { info } of await outcomesOf(bundle, 'embeddings')) {
        expect(info.error).toMatchObject({ code: 'provider.batch-abandoned' });
      }
      await requestRun(bundle, { runId: 'again', pipeline: 'notes', endpoint: 'embeddings', redo: 'failed' });
      await eventually(
        'it to be sent',
        async () => (await bundle.engine.batches.get('again.c1.b1'))?.state === 'submitted',
      );
      await advanceProvider(bundle, 60);
      expect(await endOf(bundle, 'again')).toMatchObject({ totals: { documents: { succeeded: count } } });
    });

    it('X4: a batch that has completed by then is ingested instead, since it is paid', async () => {
      await opened([{ on: 'batches.retrieve', what: 'stale' }]);
      await submitted();
      await completedThere();
      await injectFaults(bundle);

      await requestAbandon(bundle, 'r.c1.b1', true);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count } } });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
    });

    it('X4: a batch whose create answer was lost is found long before the deadline of the call', async () => {
      await opened([{ on: 'batches.create', what: 'drop-answer', times: 1 }], { settings: { armMs: hour } });

      expect(await submitted()).toMatchObject({ adopted: true });
      expect(await ledgerOf(bundle)).toMatchObject({ batches: [{}] });
    });

    it('X4: an armed batch that has completed by then is found and ingested, since it is paid', async () => {
      await armedAndCreated();
      await completedThere();
      await injectFaults(bundle);

      await requestAbandon(bundle, 'r.c1.b1');

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count }, batches: 1 } });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: count, batches: [{}], twice: [] });
    });

    it('X4: an armed batch that was not created is given up at once, and is sent again', async () => {
      await opened([{ on: 'batches.create', what: 'status', value: 503 }], { settings: { armMs: 60_000 } });
      await reached('the call to fail', ({ submission, lease }) => submission.armed !== null && lease.owner === null);
      await injectFaults(bundle);

      await requestAbandon(bundle, 'r.c1.b1');

      expect(await settled()).toMatchObject({ reason: 'lost', provider: null });
      expect(await sentAgain()).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count } } });
    });

    it('X4: an armed batch is given up while the provider does not answer, and is sent again', async () => {
      await armedWhileListsFail(503);

      await requestAbandon(bundle, 'r.c1.b1');

      expect(await settled()).toMatchObject({ reason: 'lost', provider: null });
      await injectFaults(bundle);
      expect(await sentAgain()).toMatchObject({ state: 'finished', totals: { documents: { succeeded: count } } });
      await eventually('the first one to be cancelled', async () =>
        (await ledgerOf(bundle)).batches.every(({ status }) => !['validating', 'in_progress'].includes(status)),
      );
    });

    it('X4: a batch whose results are gone is not waited for', async () => {
      await opened([{ on: 'files.content', what: 'status', value: 404 }], { settings: { staleListMs: hour } });
      await submitted();
      await advanceProvider(bundle, 60);
      await reached('the file to be missed', ({ ingestion }) => ingestion.fileMissingSince !== null);

      await requestAbandon(bundle, 'r.c1.b1', true);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { failed: count } } });
    });

    it('X4: a parked batch is given up too', async () => {
      await opened([{ on: 'batches.retrieve', what: 'status', value: 400 }]);
      await reached('it to be parked', ({ parked }) => parked);

      await requestAbandon(bundle, 'r.c1.b1', true);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { failed: count } } });
    });

    it('X4: a batch that is not sent yet is not sent', async () => {
      await opened([{ on: 'files.create', what: 'status', value: 503 }]);
      await reached('the batch to be built', ({ state }) => state === 'built');

      await requestAbandon(bundle, 'r.c1.b1', true);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { failed: count } } });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [] });
    });
  });

  describe('do not keep a cancelled run from ending', () => {
    const slow: FaultRule = { on: 'batch', what: 'delay', value: 500 };
    const cancelled = { state: 'cancelled', totals: { documents: { succeeded: 0, failed: 0, left: count } } };

    it.each<[string, string, FaultRule[]]>([
      ['the provider does not know a batch', 'unknown', [{ on: 'batch', what: 'forget' }]],
      ['a batch stays cancelling', 'cancelling', [slow, { on: 'batch', what: 'stay', value: 'cancelling' }]],
      ['the provider ignores the cancel', 'in_progress', [slow, { on: 'batches.cancel', what: 'ignore' }]],
    ])('R2: a run is cancelled within an hour although %s', async (_, found, faults) => {
      await opened(faults);
      await submitted();

      await requestCancel(bundle, 'r');
      await reached('its stall to be noted', ({ stall }) => stall?.found === found && stall.ofCancelledRun === true);
      await lookedAtFor(hour, hour);

      expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
      expect(await reportOf()).toMatchObject({ lost: { batches: 1, requests: count } });
    });

    it.each([
      ['does not answer any more', 503],
      ['refuses every call', 400],
      ['refuses the key', 403],
    ])(
      'R2: a run whose batch is at the provider is cancelled within an hour although the provider %s',
      async (_, value) => {
        await opened([slow]);
        await submitted();
        await injectFaults(bundle, ...everyCall.map((on) => ({ on, what: 'status', value })));

        await requestCancel(bundle, 'r');
        await stalledAfterCancel();
        await lookedAtFor(hour, hour);

        expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
      },
    );

    it.each([503, 400])(
      'R2: a run whose batch is armed is cancelled within an hour although every list is answered with %d',
      async (value) => {
        await armedWhileListsFail(value);

        await requestCancel(bundle, 'r');
        await stalledAfterCancel();
        await lookedAtFor(hour, hour);

        expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
        await injectFaults(bundle);
        await eventually('the batch to be cancelled as an orphan', async () =>
          (await ledgerOf(bundle)).batches.every(({ status }) =>
            ['cancelling', 'cancelled', 'completed'].includes(status),
          ),
        );
      },
    );

    it.each([503, 403])('R2: a run whose results are refused with %d is cancelled within an hour', async (value) => {
      await opened([{ on: 'files.content', what: 'status', value }]);
      await submitted();
      await advanceProvider(bundle, 60);
      await reached('the batch to be settled', ({ state }) => state === 'settled');

      await requestCancel(bundle, 'r');
      await stalledAfterCancel();
      await lookedAtFor(hour, hour);

      expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
    });

    it('R2: a run whose batch is parked while it is polled is cancelled once the provider answers', async () => {
      await opened([slow, { on: 'batches.retrieve', what: 'status', value: 400 }]);
      await reached('it to be parked', ({ parked }) => parked);
      await injectFaults(bundle);

      await requestCancel(bundle, 'r');
      await reached('the batch to be cancelled', ({ provider }) => provider?.state === 'cancelling');
      await advanceProvider(bundle, 600);

      expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
      expect(await reportOf()).toMatchObject({ lost: { batches: 0 } });
    });

    it('R2: a run whose batch cannot be ingested by a fault of the stores is cancelled, and keeps its result files', async () => {
      await opened([], {
        ports: ({ vectors }) => ({
          vectors: Object.create(vectors, {
            ensureCollection: { value: vectors.ensureCollection.bind(vectors) },
            close: { value: vectors.close.bind(vectors) },
            upsert: { value: () => Promise.reject(new Error('for the test')) },
          }) as typeof vectors,
        }),
      });
      await submitted();
      await advanceProvider(bundle, 60);
      await reached('it to be parked', ({ parked, state }) => parked && state === 'settled');

      await requestCancel(bundle, 'r');

      expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
      expect(await batchOf(1)).toMatchObject({ failure: { code: 'batch.not-ingested' } });
      expect((await ledgerOf(bundle)).files.some(({ purpose }) => purpose === 'batch_output')).toBe(true);
    });

    describe('what they are read by is gone', () => {
      const left = { ...cancelled, totals: { documents: { ...cancelled.totals.documents, takenOver: 0 } } };
      const statuses = async () => (await outcomesOf(bundle, 'embeddings')).map(({ status }) => status);
      const theirs = (status: string) => Array.from({ length: count }, () => status);

      async function parkedWithout(...blobs: ('manifest' | 'members')[]): Promise<void> {
        await opened([slow]);
        const { manifest } = await submitted();
        const { sealedMembers, members } = (await bundle.engine.claims.get('r.c1'))!;
        const gone = { manifest: [manifest], members: [sealedMembers!, members!] };
        for (const name of blobs.flatMap((blob) => gone[blob])) await bundle.engine.blobs.delete(name);
        await advanceProvider(bundle, 600);
        await reached('it to be parked', ({ parked, state }) => parked && state === 'settled');
      }

      it.each<[string, ('manifest' | 'members')[]]>([
        ['the manifest of its batch is gone', ['manifest']],
        ['the manifest of its batch and the members of its claim are gone', ['manifest', 'members']],
      ])('R2: a cancelled run ends and frees its documents although %s', async (_, blobs) => {
        await parkedWithout(...blobs);

        await requestCancel(bundle, 'r');

        expect(await endOf(bundle, 'r')).toMatchObject(left);
        expect(await batchOf(1)).toMatchObject({ state: 'ingested', failure: { code: 'batch.not-ingested' } });
        expect(await statuses()).toEqual(theirs('pending'));
      });

      it('X4: the requests of a batch whose manifest is gone fail when it is abandoned so', async () => {
        await parkedWithout('manifest');

        await requestAbandon(bundle, 'r.c1.b1', true);

        expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { failed: count } } });
        for (const { info } of await outcomesOf(bundle, 'embeddings')) {
          expect(info.error).toMatchObject({ code: 'provider.batch-abandoned' });
        }
      });

      it('X4: the requests of a batch whose manifest is gone are sent again when it is abandoned', async () => {
        await parkedWithout('manifest');

        await requestAbandon(bundle, 'r.c1.b1');
        await submitted(2);
        await advanceProvider(bundle, 600);

        expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count } } });
      });

      it.each<[string, (found: Batch) => boolean, FaultRule[]]>([
        ['is at the provider', ({ state }) => state === 'submitted', [slow]],
        ['is not sent yet', ({ state }) => state === 'built', [{ on: 'files.create', what: 'status', value: 503 }]],
      ])(
        'R2: a cancelled run ends and frees its documents when its pipeline was removed while a batch %s',
        async (_, is, faults) => {
          await opened(faults);
          await reached('the batch', is);
          await stop();
          (bundle.engine.pipelines as KnownPipelines).replace([]);
          await restarted(faults);

          await requestCancel(bundle, 'r');
          await reached(
            'the cancel',
            ({ state, provider }) => state === 'ingested' || provider?.state === 'cancelling',
          );
          await advanceProvider(bundle, 600);

          expect(await endOf(bundle, 'r')).toMatchObject(left);
          expect(await statuses()).toEqual(theirs('pending'));
        },
      );

      it('R2: a cancelled run ends and frees its documents when its pipeline was removed before a batch was built', async () => {
        await opened([], { running: stages.filter((stage) => stage !== JsonlBuilderModule) });
        await eventually('a claim', async () => (await bundle.engine.claims.get('r.c1'))?.state === 'sealed');
        await stop();
        (bundle.engine.pipelines as KnownPipelines).replace([]);
        await restarted([]);

        await requestCancel(bundle, 'r');

        expect(await endOf(bundle, 'r')).toMatchObject(left);
        expect(await statuses()).toEqual(theirs('pending'));
      });
    });

    it('R2: a run that was not accepted yet is cancelled although the provider does not answer', async () => {
      await opened(everyCall.map((on) => ({ on, what: 'status', value: 503 })));
      await eventually('the outage to be noticed', () => !bundle.engine.readiness.isReady);

      await requestCancel(bundle, 'r');

      expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled' });
    });

    it('R2: a run whose batch is not sent yet is cancelled although its input file cannot be deleted', async () => {
      await opened([slow, { on: 'files.delete', what: 'status', value: 503 }], { tokens: 150 });
      const waiting = await reached('a batch to wait for room', ({ submission }) => submission.fileId !== null, 1, 2);
      expect(waiting).toMatchObject({ state: 'built', submission: { armed: null } });

      await requestCancel(bundle, 'r');
      await reached('it to be settled', ({ reason }) => reason === 'never-sent', 1, 2);
      await injectFaults(bundle);
      await advanceProvider(bundle, 60);

      expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled' });
      await eventually('the file to be deleted by a sweep', async () => (await ledgerOf(bundle)).files.length === 0);
    });

    it('R2: a cancelled run keeps the answers of a batch that ended while services were stopped, although the first calls after that fail', async () => {
      await opened([slow, { on: 'batches.cancel', what: 'ignore' }]);
      await submitted();
      await requestCancel(bundle, 'r');
      await stalledAfterCancel();
      await stoppedFor(8 * hour);

      await restarted(
        ['batches.retrieve', 'batches.cancel'].map((on) => ({ on, what: 'status', value: 503, times: 6 })),
      );

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count, left: 0 } } });
    });

    it('R2: a cancelled run ends within an hour of looks although the provider answers every second one only', async () => {
      await opened([slow, { on: 'batches.cancel', what: 'ignore' }]);
      await submitted();
      await requestCancel(bundle, 'r');
      await reached('it to stay in progress', ({ stall }) => stall?.found === 'in_progress');

      for (let times = 0; times < 3; times += 1) {
        await injectFaults(bundle, { on: 'batches.retrieve', what: 'status', value: 400 });
        await lookedAtFor(hour / 6, hour);
        await injectFaults(bundle, { on: 'batches.cancel', what: 'ignore' });
        await lookedAtFor(hour / 6, hour);
      }

      expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
    });

    it('R2: a run is cancelled and its answers are kept when the provider ends the batch in time', async () => {
      await opened([slow]);
      await submitted();

      await requestCancel(bundle, 'r');
      await reached('the batch to be cancelled', ({ provider }) => provider?.state === 'cancelling');
      bundle.clock.advance(hour / 2);
      await advanceProvider(bundle, 600);

      expect(await endOf(bundle, 'r')).toMatchObject(cancelled);
      expect(await reportOf()).toMatchObject({ lost: { batches: 0 } });
      expect(await ledgerOf(bundle)).toMatchObject({ files: [], twice: [] });
    });
  });
});
