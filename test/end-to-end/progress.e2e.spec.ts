import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { reportRun, type RunReport } from '@batchmill/service';
import { TestEngine, eventually, storedRecords, type TestEngineOptions } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestRun, runToTheEnd } from './runs.js';

const model = 'text-embedding-3-small';

describe('the progress of a run', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(options: Partial<TestEngineOptions>): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [notes], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(60));
    await bundle.start(stages);
  }

  async function reported(what: string, isSo: (report: RunReport) => boolean): Promise<RunReport> {
    return eventually(what, async () => {
      const run = await bundle.engine.runs.get('r');
      const report = run === null ? null : await reportRun(bundle.engine, run);
      return report !== null && isSo(report) ? report : null;
    });
  }

  it('M1: says that the queue is full, by how much and when it has room, and forecasts the end by the batches so far', async () => {
    const enqueuedTokenLimits = { [model]: 250 };
    // At the speed of the engine’s clock, by which the forecast is made.
    await opened({ simulator: { enqueuedTokenLimits, speed: 1, turnaround: { kind: 'fixed', seconds: 1 } } });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const full = await reported('a full queue and a forecast', ({ outlook: { waits, forecast } }) => {
      return waits[0]?.for === 'queue' && waits[0].queue !== null && forecast !== null;
    });

    const [wait] = full.outlook.waits;
    expect(wait).toMatchObject({ model, queue: { limit: 250, unit: 'tokens' }, until: expect.any(String) });
    expect(wait?.says.slice(0, 2)).toEqual([
      expect.stringMatching(/^queue full: \d+ of 250 tokens of text-embedding-3-small$/),
      expect.stringMatching(/^next room (?:now|in about \d+ (?:s|min))$/),
    ]);
    expect(full.outlook.forecast?.says[0]).toMatch(/^done in about \d+ (?:s|min)$/);
    expect(full.progress.expected).toBe(60);
    expect((await endOf(bundle, 'r')).state).toBe('finished');
    const ended = await reported('the end', ({ finishedAt }) => finishedAt !== null);
    expect(ended.outlook).toMatchObject({ waits: [], forecast: null, noForecast: null });
  });

  it('M1: on a fast simulator the forecast of a run is as short as its runs are, from its first batch on', async () => {
    // Two hours in two seconds.
    await opened({ simulator: { speed: 3_600, turnaround: { kind: 'fixed', seconds: 7_200 } } });
    await requestRun(bundle, { runId: 'first', pipeline: 'notes', endpoint: 'embeddings', limit: 30 });
    await endOf(bundle, 'first');
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const { outlook } = await reported('a forecast', ({ outlook: { forecast } }) => forecast !== null);

    const { forecast } = outlook;
    expect(Date.parse(forecast?.median ?? '') - bundle.engine.clock.now().getTime()).toBeLessThan(600_000);
  });

  it('M1: without a batch that has ended it says that there is no forecast', async () => {
    await opened({ simulator: { turnaround: { kind: 'fixed', seconds: 36_000 } } });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const { outlook } = await reported('a batch at the provider', ({ outlook: { waits } }) => {
      return waits.some(({ for: kind }) => kind === 'provider' || kind === 'trial');
    });

    expect(outlook).toMatchObject({ forecast: null, noForecast: `no batch of ${model} has ended yet` });
  });

  it('R3: says it in an event, which notifications and consumers see', async () => {
    await opened({ simulator: { turnaround: { kind: 'fixed', seconds: 36_000 } } });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await reported('a batch at the provider', ({ progress }) => progress.submitted > 0);

    bundle.clock.advance(61_000);

    const { payload } = await eventually('the notification', async () =>
      storedRecords(bundle.engine.store).notifications.findOne({ 'payload.type': 'run.progressed' }),
    );
    expect(payload).toMatchObject({ status: expect.stringMatching(/^(provider|trial)$/), documents: 60 });
    expect(payload.summary).toMatch(
      /^Run r of notes: 0 of \d+ requests answered; it waits: for .*; no forecast: no batch of text-embedding-3-small has ended yet$/,
    );
  });

  it('M4: a run that its spending limit stops has not met its deadline', async () => {
    await opened({ simulator: { turnaround: { kind: 'fixed', seconds: 1 } } });

    const request = { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', deadline: '10h' } as const;
    const run = await runToTheEnd(bundle, { ...request, maxUsd: 0.000004 });

    const report = await reported('the end', ({ finishedAt }) => finishedAt !== null);
    expect(run.state).toBe('incomplete');
    expect(report.deadline).toMatchObject({ met: false, lateByMs: 0 });
  });
});
