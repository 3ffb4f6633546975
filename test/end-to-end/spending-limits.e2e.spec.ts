import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { RunLimitRequested } from '@batchmill/contracts/events';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { nanoUsdOf } from '@batchmill/models';
import { reportRun, type RunReport } from '@batchmill/service';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { manyNotes } from './notes-pipeline.js';
import { endOf, publish, requestPause, requestResume, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

/** A document may cost about 6,000 nano-dollars: 20 tokens of gpt-4.1-nano at half of $0.40 per million, and its prompt. */
function pipelineOf(fields: Partial<PipelineDefinition> = {}): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    inference: {
      functions: [chat({ name: 'summary', model: 'gpt-4.1-nano', maxTokens: 20, user: 'Summarize: {{ text }}' })],
    },
    batch: { batchSize: 10 },
    ...fields,
  });
}

describe('a spending limit', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    count: number,
    {
      pipeline = pipelineOf(),
      settings = {},
      ports = () => ({}),
    }: Partial<Pick<TestEngineOptions, 'settings' | 'ports'>> & { pipeline?: PipelineDefinition } = {},
  ): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], settings, ports });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  const countOf = (status: string): Promise<number> =>
    bundle.engine.documentStore.collection('notes').count({ ai_status: status });
  const reportOf = async (runId: string): Promise<RunReport | null> => {
    const run = await bundle.engine.runs.get(runId);
    return run === null ? null : reportRun(bundle.engine, run);
  };

  it('M4: a run that fits in is not held up, and its books are the ledger’s', async () => {
    await opened(50);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 1 });

    const ledger = await ledgerOf(bundle);
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 50 } } });
    expect(run.totals?.cost.nanoUsd).toBe(ledger.nanoUsd);
    const spending = await bundle.engine.spendings.get({ of: 'run', runId: 'r' });
    expect(spending).toMatchObject({ committed: ledger.nanoUsd, reserved: 0, reservations: [] });
    const entries = await Array.fromAsync(bundle.engine.ledger.entries());
    expect(entries.reduce((sum, { cost }) => sum + cost.nanoUsd, 0)).toBe(ledger.nanoUsd);
    expect(entries.map(({ providerBatchId }) => providerBatchId).sort()).toEqual(
      ledger.batches.map(({ id }) => id).sort(),
    );
  });

  it('M4: a run spends up to its limit and no more, and the rest is left pending and said so', async () => {
    await opened(150);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 0.0003 });

    const ledger = await ledgerOf(bundle);
    expect(run.state).toBe('incomplete');
    expect(run.reason).toMatch(
      /^the spending limit of the run, \$0\.0003, has no room: \$0\.000\d+ are spent, .* the rest is left pending/,
    );
    expect(ledger.nanoUsd).toBeLessThanOrEqual(nanoUsdOf(0.0003));
    expect(ledger).toMatchObject(nothingTwiceNothingLeft);
    // Less is left than one more document may cost.
    expect(nanoUsdOf(0.0003) - ledger.nanoUsd).toBeLessThan(8_000);
    expect(await countOf('completed')).toBe(ledger.requests);
    expect(await countOf('in_progress')).toBe(0);
    expect(run.totals?.documents).toMatchObject({ succeeded: ledger.requests, failed: 0 });
  });

  it('M4: the next run goes on with what was left', async () => {
    await opened(30);
    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 0.0005 });

    const run = await runToTheEnd(bundle, { runId: 'next', pipeline: 'notes', maxUsd: 1 });

    expect(run.state).toBe('finished');
    expect(await countOf('completed')).toBe(30);
    expect(await ledgerOf(bundle)).toMatchObject(nothingTwiceNothingLeft);
  });

  it('M4: a limit below the cost of one document sends nothing', async () => {
    await opened(5);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 0 });

    expect(run.state).toBe('incomplete');
    expect(run.totals?.documents).toMatchObject({ succeeded: 0, failed: 0, left: 5 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, nanoUsd: 0, files: [] });
  });

  it('M4: a limit that is raised while the run waits lets it go on', async () => {
    await opened(40);
    await injectFaults(bundle, { on: 'batch', what: 'stall', value: 0, times: 1 });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 0.00009 });
    const waiting = await eventually(
      'a batch that waits for money',
      async () => (await reportOf('r'))?.waiting ?? null,
    );
    expect(waiting.message).toMatch(
      /^the spending limit of the run, \$0\.00009, .*; 1 batch holds \$0\.0000\d+, and what they do not use is given back$/,
    );

    await publish(bundle, new RunLimitRequested({ runId: 'r', maxUsd: 1 }));

    await eventually('the other batches', async () => (await countOf('completed')) === 30);
    expect((await reportOf('r'))?.limitUsd).toBe(1);
    await publish(bundle, new RunLimitRequested({ runId: 'r', maxUsd: 0.9 }));
  });

  it('M4: a batch that waits for its turn in the queue keeps what is reserved for it, however often it looks', async () => {
    await opened(20);
    await injectFaults(bundle, { on: 'batch', what: 'stall', value: 0, times: 1 });
    const { engine } = bundle;
    await engine.budgets.learn(engine.provider.account, 'gpt-4.1-nano', 'tokens', 600);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 1 });
    const waitingOf = async () => {
      const budget = await engine.budgets.get(engine.provider.account, 'gpt-4.1-nano');
      const batch = await engine.batches.get(budget?.waiting[0]?.batchId ?? '');
      const spending = await engine.spendings.get({ of: 'run', runId: 'r' });
      const reservation = spending?.reservations.find(({ batchId }) => batchId === batch?._id);
      return batch === null || reservation === undefined ? null : { fence: batch.fence, reservation };
    };
    const first = await eventually('a batch that waits for the queue', waitingOf);

    const later = await eventually('it has looked again', async () => {
      const now = await waitingOf();
      return now !== null && now.fence > first.fence ? now : null;
    });

    expect(later.reservation).toEqual(first.reservation);
  });

  it('M4: a provider batch that no list showed in time, and that was billed, counts from the start', async () => {
    await opened(10);
    await injectFaults(
      bundle,
      { on: 'batches.create', what: 'drop-answer', times: 1 },
      { on: 'batches.list', what: 'stale', value: 10 },
    );

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 0.000065 });

    const ledger = await ledgerOf(bundle);
    expect(run.state).toBe('incomplete');
    expect(ledger.batches.length).toBeGreaterThan(0);
    expect(ledger.nanoUsd).toBeLessThanOrEqual(nanoUsdOf(0.000065));
  });

  it('M4: a limit that is lowered while the run is checked holds', async () => {
    const requestLimit = (): Promise<void> => publish(bundle, new RunLimitRequested({ runId: 'r', maxUsd: 0 }));
    const isLowered = async (): Promise<boolean> =>
      (await bundle.engine.runs.get('r'))?.spendingLimits?.ofRun === nanoUsdOf(0);
    await opened(5, {
      // Stands for whoever sends the command while the provider answers.
      ports: ({ provider }) => ({
        provider: new Proxy(provider, {
          get: (target, property) => {
            const value: unknown = Reflect.get(target, property, target);
            if (typeof value !== 'function') return value;
            if (property !== 'check') return value.bind(target) as unknown;
            return async () => {
              await requestLimit();
              await eventually('the limit is lowered', isLowered);
              await target.check();
            };
          },
        }),
      }),
    });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 1 });

    expect(run.state).toBe('incomplete');
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0 });
  });

  it('M4: what a pipeline may spend on a day counts all its runs of that day', async () => {
    await opened(150, { pipeline: pipelineOf({ spending: { maxUsdPerDay: 0.0003 } }) });
    await runToTheEnd(bundle, { runId: 'first', pipeline: 'notes', limit: 20 });

    const second = await runToTheEnd(bundle, { runId: 'second', pipeline: 'notes' });

    expect(second.reason).toMatch(/^the spending limit of pipeline notes on \d{4}-\d\d-\d\d, \$0\.0003, has no room/);
    expect((await ledgerOf(bundle)).nanoUsd).toBeLessThanOrEqual(nanoUsdOf(0.0003));
  });

  it('M4: what the account may spend on a day counts every run', async () => {
    await opened(150, { settings: { maxUsdPerDay: 0.0003 } });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 5 });

    expect(run.reason).toMatch(/^the spending limit of the account on \d{4}/);
    expect((await ledgerOf(bundle)).nanoUsd).toBeLessThanOrEqual(nanoUsdOf(0.0003));
  });

  it('M4: a cost that is not known keeps its reservation', async () => {
    await opened(10);
    await injectFaults(bundle, { on: 'line', what: 'tier', value: 'priority', times: 1 });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 1 });

    const spending = await bundle.engine.spendings.get({ of: 'run', runId: 'r' });
    expect(run.totals?.cost.incomplete).toBe(true);
    expect(spending).toMatchObject({ reserved: 0, reservations: [] });
    expect(spending?.committed).toBeGreaterThan((await ledgerOf(bundle)).nanoUsd);
  });

  it('M4: a model without a known price stops a run that has a limit before anything is sent, and says what to write', async () => {
    const functions = [chat({ name: 'summary', model: 'my-own', baseModel: 'nobodys', user: '{{ text }}' })];
    await opened(5, { pipeline: pipelineOf({ inference: { functions } }) });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 1 });

    expect(run.state).toBe('rejected');
    expect(run.reason).toContain('"model":"my-own"');
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0 });
  });

  describe('of a run whose requests ask for a tool of the provider, which is paid by the call', () => {
    const search = { name: 'summary', model: 'gpt-4.1-nano', user: '{{ text }}' };
    const pipeline = pipelineOf({
      inference: { functions: [chat({ ...search, body: { web_search_options: {} } })] },
    });

    it('M4: rejects the run before anything is sent', async () => {
      await opened(5, { pipeline });

      const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', maxUsd: 1 });

      expect(run.state).toBe('rejected');
      expect(run.reason).toContain('body.web_search_options');
      expect(await ledgerOf(bundle)).toMatchObject({ requests: 0 });
    });

    it('M4: stops the run when it is set meanwhile, and without one nothing is stopped', async () => {
      await opened(20, { pipeline });
      await requestPause(bundle, 'r');
      await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
      await eventually('it runs', async () => (await bundle.engine.runs.get('r'))?.state === 'running');
      await publish(bundle, new RunLimitRequested({ runId: 'r', maxUsd: 1 }));
      await eventually('it has a limit', async () => (await reportOf('r'))?.limitUsd === 1);
      await requestResume(bundle, 'r');

      const run = await endOf(bundle, 'r');
      const next = await runToTheEnd(bundle, { runId: 'next', pipeline: 'notes' });

      expect(run.reason).toContain('body.web_search_options');
      expect(next.state).toBe('finished');
    });
  });
});
