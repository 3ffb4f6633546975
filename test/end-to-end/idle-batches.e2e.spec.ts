import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { BatchIdle } from '@batchmill/contracts/events';
import type { ProviderBatch } from '@batchmill/provider';
import type { Batch } from '@batchmill/records';
import { reportBatch, reportRun } from '@batchmill/service';
import type { LogLine } from '@batchmill/telemetry';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { published } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestPause, requestResume, requestRun } from './runs.js';
import {
  advanceProvider,
  injectFaults,
  ledgerOf,
  nothingTwiceNothingLeft,
  type FaultRule,
} from './simulated-provider.js';

const hour = 3_600_000;
const count = 10;
const stalls = { on: 'batch', what: 'stall', value: 40 } as const;

describe('batches of which no request ends', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  /** A batch for each ten documents. The provider's time stands still until it is advanced. */
  async function opened(
    faults: readonly FaultRule[],
    {
      documents = count,
      settings = {},
      maxUsd,
      deadline,
      ...options
    }: Partial<TestEngineOptions> & { documents?: number; maxUsd?: number; deadline?: string } = {},
  ): Promise<void> {
    bundle = await TestEngine.open({
      pipelines: [notes],
      simulator: { speed: 0, turnaround: { kind: 'fixed', seconds: 100 } },
      ...options,
      settings: { idleAfterMs: 6 * hour, whenIdle: 'resend', ...settings },
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(documents));
    await bundle.start(stages);
    await injectFaults(bundle, ...faults);
    const limited = { ...(maxUsd !== undefined && { maxUsd }), ...(deadline !== undefined && { deadline }) };
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', ...limited });
  }

  const batchOf = (claim: number): Promise<Batch | null> => bundle.engine.batches.get(`r.c${claim}.b1`);
  const reached = (what: string, is: (found: Batch) => boolean, claim = 1): Promise<Batch> =>
    eventually(what, async () => {
      const found = await batchOf(claim);
      return found !== null && is(found) && found;
    });
  /** The provider works for so many seconds on the batch, which has answered so many then. */
  async function started(seconds: number, completed: number, claim = 1): Promise<void> {
    await reached('the batch to be submitted', ({ state }) => state === 'submitted', claim);
    await advanceProvider(bundle, seconds);
    await reached(
      'the batch to be in progress',
      ({ provider }) => provider?.state === 'in_progress' && provider.counts.completed === completed,
      claim,
    );
  }
  /** A batch is stored before it is logged. */
  const idleWarnings = (count: number) =>
    eventually(`${count} warnings`, () => {
      const isOne = ({ level, message }: LogLine) => level === 'warn' && message.startsWith('a batch is idle');
      const found = bundle.log.lines.filter(isOne);
      return found.length >= count && found;
    });

  /** Lets hours pass on our clock, each with a look at the batch that shows it in progress. Ends early once it is idle. */
  async function looks(hours: number, claim = 1): Promise<void> {
    for (let passed = 0; passed < hours; passed += 1) {
      const before = await batchOf(claim);
      bundle.clock.advance(hour);
      const advancedAt = bundle.clock.now();
      await bundle.engine.batches.makeDue('r', 'submitted');
      const found = await reached(
        'another look at the batch',
        ({ provider, updatedAt }) => updatedAt >= advancedAt && provider?.polls !== before?.provider?.polls,
        claim,
      );
      if (found.idle != null || found.state !== 'submitted') return;
    }
  }

  /** The provider ends what it cancels, and does the work that it does not leave lying. */
  const goOn = (): Promise<void> => advanceProvider(bundle, 300);

  it('R3: a batch is idle after the time, and is logged, notified and shown once, and left to the provider', async () => {
    await opened([stalls], { settings: { whenIdle: 'warn' } });
    await started(90, 4);

    await looks(5);
    expect((await batchOf(1))?.idle).toBeNull();
    await looks(3);
    const batch = await reached('it to be idle', ({ idle }) => idle != null);
    await looks(1);

    expect(batch).toMatchObject({ state: 'submitted', idle: { isSentAgain: false, limitMs: 6 * hour } });
    expect(await published<BatchIdle>(bundle, BatchIdle)).toHaveLength(1);
    expect(await idleWarnings(1)).toHaveLength(1);
    const told = await eventually('the notification', () =>
      bundle.log.lines.find(({ fields }) => fields['notificationType'] === 'batch.idle'),
    );
    expect(told.message).toMatch(/^Batch r\.c1\.b1 is idle: .* it is left to the provider$/);
    const report = await reportRun(bundle.engine, (await bundle.engine.runs.get('r'))!);
    expect(report.progress).toMatchObject({ idle: 1, submitted: count, doneAtProvider: 4 });
    expect(reportBatch(bundle.engine, batch)).toMatchObject({
      status: 'submitted (in_progress, idle)',
      idleSince: batch.idle?.since.toISOString(),
    });
    expect((await ledgerOf(bundle)).batches.map(({ status }) => status)).toEqual(['in_progress']);
  });

  it('R3: it is cancelled where the settings say so, its answers are kept, and the rest is sent in a batch at once, at no attempt', async () => {
    await opened([{ ...stalls, times: 1 }]);
    await started(90, 4);

    await looks(8);
    await reached('it to be cancelled', ({ provider }) => provider?.state === 'cancelling');
    await goOn();
    const second = await reached('another batch', ({ state }) => state === 'submitted', 2);
    await goOn();

    expect(await endOf(bundle, 'r')).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: count, failed: 0 }, batches: 2 },
    });
    expect(second).toMatchObject({ requests: 6 });
    expect(second.synchronous ?? null).toBeNull();
    expect(await batchOf(1)).toMatchObject({ reason: 'cancelled', ingestion: { succeeded: 4, retried: 6 } });
    expect(await ledgerOf(bundle)).toMatchObject({
      requests: count,
      synchronous: { requests: 0 },
      ...nothingTwiceNothingLeft,
    });
    const marks = (await outcomesOf(bundle, 'embeddings')).map(({ info }) => info);
    expect(marks.filter(({ freeRetries }) => freeRetries === 1)).toHaveLength(6);
    for (const { functions } of marks) expect(functions).toMatchObject({ embeddings: { attempts: 1 } });
  });

  it('R3: the same requests are sent again twice at most, and then left to the provider', async () => {
    await opened([{ ...stalls, value: 0 }]);
    for (const claim of [1, 2]) {
      await started(10, 0, claim);
      await looks(8, claim);
      await reached('it to be cancelled', ({ provider }) => provider?.state === 'cancelling', claim);
      await goOn();
    }
    await started(10, 0, 3);
    await looks(8, 3);

    const third = await reached('it to be idle', ({ idle }) => idle != null, 3);
    expect(third).toMatchObject({ idle: { timesSentAgain: 2, isSentAgain: false } });
    expect(third.overtakenAt).toBeUndefined();
    expect((await idleWarnings(3)).map(({ message }) => message)).toEqual([
      expect.stringMatching(/it is cancelled/),
      expect.stringMatching(/it is cancelled/),
      expect.stringMatching(/sent again 2 times already$/),
    ]);
  });

  it('R3: time in which the provider does not answer does not count', async () => {
    await opened([stalls]);
    await started(90, 4);
    await looks(4);

    await injectFaults(bundle, { on: 'batches.retrieve', what: 'status', value: 503 });
    bundle.clock.advance(hour);
    await bundle.engine.batches.makeDue('r', 'submitted');
    await reached('the outage to be noticed', ({ progress }) => progress?.lookedAt === null);
    bundle.clock.advance(12 * hour);
    await injectFaults(bundle);
    await bundle.engine.batches.makeDue('r', 'submitted');
    const answered = await reached('an answer', ({ progress }) => progress?.lookedAt != null);
    await looks(1);

    expect(answered.progress?.idleMs).toBeLessThan(4.1 * hour);
    expect((await batchOf(1))?.idle).toBeNull();
    await looks(2);
    await reached('it to be cancelled', ({ idle }) => idle?.isSentAgain === true);
  });

  it('R3: a time in which no batch of the account goes on is an outage of the provider: no batch is idle, and it is said once', async () => {
    await opened([{ ...stalls, value: 0 }], { documents: 2 * count });
    await reached('another batch', ({ state }) => state === 'submitted', 2);
    await Promise.all([started(10, 0), started(0, 0, 2)]);

    await looks(10);

    const outages = bundle.log.lines.filter(({ message }) => message.startsWith('no batch of the account has gone on'));
    expect(outages).toHaveLength(1);
    for (const claim of [1, 2]) expect((await batchOf(claim))?.idle).toBeNull();
    expect((await ledgerOf(bundle)).batches.map(({ status }) => status)).toEqual(['in_progress', 'in_progress']);
  });

  it('R3: a batch is idle while others of the account go on', async () => {
    await opened([{ ...stalls, value: 0, match: 'r.c1.b1' }], {
      documents: 2 * count,
      simulator: { speed: 0, turnaround: { kind: 'fixed', seconds: 11 * 3_600 } },
    });
    await reached('another batch', ({ state }) => state === 'submitted', 2);
    await Promise.all([started(60, 0), started(0, 0, 2)]);

    for (let passed = 0; passed < 10 && (await batchOf(1))?.idle == null; passed += 1) {
      await advanceProvider(bundle, 3_600);
      await looks(1, 2);
    }

    await reached('it to be cancelled', ({ overtakenAt }) => overtakenAt != null);
    expect((await batchOf(2))?.idle).toBeNull();
  });

  describe('by the account’s own history', () => {
    const auto = { idleAfterMs: 'auto', whenIdle: 'resend' } as const;
    /** Half of the batches within minutes, half in most of ten hours, over four days. */
    async function learned(batches: number, requests = count): Promise<void> {
      const { turnarounds, provider, clock } = bundle.engine;
      const first = clock.now().getTime() - 96 * hour;
      const ended = Array.from({ length: batches }, (_, index): ProviderBatch => {
        const createdAt = new Date(first + (index / batches) * 96 * hour);
        const seconds = index % 2 === 0 ? 400 : 35_000;
        return {
          ...{ id: `earlier_${index}`, state: 'completed', unknownState: null, endpoint: '/v1/embeddings' },
          ...{ model: null, inputFileId: null, outputFileId: null, errorFileId: null, expiresAt: null },
          ...{ usage: null, errors: [], metadata: {}, inProgressAt: null },
          counts: { total: requests, completed: requests, failed: 0 },
          createdAt,
          endedAt: new Date(createdAt.getTime() + seconds * 1_000),
        };
      });
      await turnarounds.add(provider.account, { model: 'text-embedding-3-small', url: '/v1/embeddings' }, ended);
    }

    it('R3: without enough of it no batch is idle', async () => {
      await opened([stalls], { settings: auto });
      await learned(99);
      await learned(200, count / 2 - 1);
      await started(90, 4);

      await looks(20);

      expect((await batchOf(1))?.idle).toBeNull();
    });

    it('R3: a batch is idle when it shows no progress for longer than any took', async () => {
      await opened([stalls], { settings: auto });
      await learned(200);
      await started(90, 4);

      await looks(11);
      expect((await batchOf(1))?.idle).toBeNull();
      await looks(3);

      expect(await reached('it to be idle', ({ idle }) => idle != null)).toMatchObject({ idle: { isSentAgain: true } });
    });

    it('R3: a provider that counts nothing until the end has no idle batch while it takes as long as ever', async () => {
      await opened([{ on: 'batch', what: 'no-counts' }], {
        settings: auto,
        simulator: { speed: 0, turnaround: { kind: 'fixed', seconds: 36_000 } },
      });
      await learned(200);
      await started(60, 0);

      for (let passed = 0; passed < 9; passed += 1) {
        await advanceProvider(bundle, 3_600);
        await looks(1);
      }
      expect((await batchOf(1))?.idle).toBeNull();
      await advanceProvider(bundle, 4_000);

      expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count }, batches: 1 } });
    });
  });

  it('M4: what is sent again is reserved again in the limit of its run, and the limit holds', async () => {
    await opened([{ ...stalls, times: 1 }], { maxUsd: 0.00001 });
    await started(90, 4);

    await looks(8);
    await reached('it to be cancelled', ({ provider }) => provider?.state === 'cancelling');
    await goOn();
    await reached('another batch', ({ state }) => state === 'submitted', 2);
    await goOn();

    expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count } } });
    const spending = await bundle.engine.spendings.get({ of: 'run', runId: 'r' });
    expect(spending).toMatchObject({ committed: (await ledgerOf(bundle)).nanoUsd, reserved: 0 });
  });

  it('M6: with a deadline, what is sent again goes into a batch while there is time, and is sent synchronously when there is none', async () => {
    await opened([{ ...stalls, value: 0 }], { deadline: '24h' });
    await started(10, 0);
    await looks(8);
    await reached('it to be cancelled', ({ provider }) => provider?.state === 'cancelling');
    await goOn();
    await reached('another batch at the provider', ({ state }) => state === 'submitted', 2);
    expect((await ledgerOf(bundle)).synchronous.requests).toBe(0);

    bundle.clock.advance(18 * hour);
    await reached('it to be cancelled', ({ provider }) => provider?.state === 'cancelling', 2);
    await goOn();

    expect(await endOf(bundle, 'r')).toMatchObject({ totals: { documents: { succeeded: count } } });
    expect((await ledgerOf(bundle)).synchronous.requests).toBe(1);
    expect((await batchOf(2))?.idle).toBeNull();
  });

  it('R10: a batch of a paused run is left to the provider, and sent again once the run is resumed', async () => {
    await opened([{ ...stalls, times: 1 }]);
    await started(90, 4);
    await requestPause(bundle, 'r');
    await eventually('the pause', async () => (await bundle.engine.runs.get('r'))?.pausedAt != null);

    await looks(8);
    expect(await reached('it to be idle', ({ idle }) => idle != null)).toMatchObject({ idle: { isSentAgain: false } });
    await requestResume(bundle, 'r');
    await eventually('the resume', async () => (await bundle.engine.runs.get('r'))?.pausedAt === null);
    bundle.clock.advance(hour);
    await bundle.engine.batches.makeDue('r', 'submitted');

    await reached('it to be cancelled', ({ idle }) => idle?.isSentAgain === true);
  });
});
