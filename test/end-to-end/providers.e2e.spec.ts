import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { profileNames, type FileLimits, type ProfileName } from '@batchmill/provider';
import { OpenAiProvider } from '@batchmill/provider/openai';
import type { Run } from '@batchmill/records';
import { providers, type SimulatorOptions } from '@batchmill/simulator';
import { ShiftedClock, TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { allDeadLetters } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestCancel, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const count = 20;
const batchesEmbeddings: readonly ProfileName[] = ['openai', 'azure', 'alibaba', 'openai-compatible'];

it('the simulator behaves like each provider that has a profile, and like no other', () => {
  expect(Object.keys(providers)).toEqual(profileNames);
});

describe('the engine at a server that behaves like the provider', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  /** Two batches of ten summaries. */
  const summarize = { runId: 'r', pipeline: 'notes', endpoint: 'inference' as const, functions: ['summary'] };

  async function opened(
    provider: ProfileName,
    simulator: Partial<SimulatorOptions> = {},
    settings: TestEngineOptions['settings'] = {},
  ): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [notes], simulator: { provider, ...simulator }, settings });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  /** All documents have what was asked for at the first attempt, it was paid once, and nothing is left at the provider. */
  async function expectAllDone(run: Run, endpoint: 'inference' | 'embeddings', paid = count): Promise<void> {
    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: count, failed: 0, left: 0 }, requests: count, batches: 2 },
    });
    const name = endpoint === 'embeddings' ? 'embeddings' : 'summary';
    for (const { status, info } of await outcomesOf(bundle, endpoint)) {
      expect(status).toBe('completed');
      expect(info.functions).toMatchObject({ [name]: { state: 'done', attempts: 1 } });
    }
    await eventually('no file left at the provider', async () => (await ledgerOf(bundle)).files.length === 0);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: paid, ...nothingTwiceNothingLeft });
    expect(bundle.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  }

  it.each(profileNames)(
    'M2: every document completes at its first attempt, and nothing is paid twice: %s',
    async (name) => {
      await opened(name, { turnaround: { kind: 'fixed', seconds: 600 } });

      await expectAllDone(await runToTheEnd(bundle, summarize), 'inference');
      // Every word for a state is known.
      expect(bundle.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
    },
  );

  it.each(batchesEmbeddings)('M2: embeddings complete where they are batched: %s', async (name) => {
    await opened(name);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    await expectAllDone(run, 'embeddings');
  });

  it.each(profileNames.filter((name) => !batchesEmbeddings.includes(name)))(
    'X2: a run of embeddings is rejected before anything is sent where they are not batched: %s',
    async (name) => {
      await opened(name);

      const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

      expect(run).toMatchObject({ state: 'rejected' });
      expect(run.reason).toMatch(/found requests to \/v1\/embeddings \(embeddings\), expected requests that .+ takes/);
      expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, batches: [], files: [] });
    },
  );

  it.each<[ProfileName, number]>([
    ['openai', 2],
    ['azure', 1],
  ])(
    'M5: the limit of a full queue is learned from the words of %s, whose list then has %i batches',
    async (name, listed) => {
      // Either batch fits alone.
      await opened(name, { limits: { maxEnqueuedTokens: 500 }, turnaround: { kind: 'fixed', seconds: 600 } });
      const learned = async (): Promise<number | null> => {
        const { budgets, provider } = bundle.engine;
        return (await budgets.limitsOf(provider.account, 'gpt-4o-mini')).tokens;
      };

      const run = await runToTheEnd(bundle, summarize);

      expect(await learned()).toBe(500);
      const { batches } = await ledgerOf(bundle);
      expect(batches.filter(({ status }) => status === 'failed')).toHaveLength(listed - 1);
      await expectAllDone(run, 'inference');
    },
  );

  it.each<ProfileName>(['groq', 'novita', 'alibaba'])(
    'M5: a batch waits while %s takes no more batches, and no attempt is used up',
    async (name) => {
      await opened(name, { limits: { maxActiveBatches: 1 }, turnaround: { kind: 'fixed', seconds: 600 } });

      await expectAllDone(await runToTheEnd(bundle, summarize), 'inference');
    },
  );

  it.each(profileNames)('M2: a batch whose create answer was lost is adopted: %s', async (name) => {
    await opened(name, {}, { armMs: 500, staleListMs: 50 });
    await injectFaults(bundle, { on: 'batches.create', what: 'drop-answer', times: 2 });

    await expectAllDone(await runToTheEnd(bundle, summarize), 'inference');
    expect((await ledgerOf(bundle)).batches).toHaveLength(2);
  });

  it.each(profileNames)(
    'R2: a cancelled run keeps what was paid, and its other documents are as before: %s',
    async (name) => {
      await opened(name, { turnaround: { kind: 'fixed', seconds: 20_000 } });
      await requestRun(bundle, summarize);
      await eventually('both batches to be at work', async () => {
        const { batches } = await ledgerOf(bundle);
        return batches.length === 2 && batches.every(({ billed }) => billed > 0);
      });

      await requestCancel(bundle, 'r');
      const run = await endOf(bundle, 'r');

      expect(run.state).toBe('cancelled');
      const { requests, twice } = await ledgerOf(bundle);
      const outcomes = await outcomesOf(bundle, 'inference');
      expect(outcomes.filter(({ status }) => status === 'completed')).toHaveLength(requests);
      expect(outcomes.filter(({ status }) => status === 'pending')).toHaveLength(count - requests);
      expect(requests).toBeLessThan(count);
      expect(twice).toEqual([]);
      await eventually('no file left at the provider', async () => (await ledgerOf(bundle)).files.length === 0);
    },
  );

  /** The engine with a profile whose limits are these. */
  async function limited(limits: Partial<FileLimits>): Promise<void> {
    bundle = await TestEngine.open({
      pipelines: [notes],
      ports: ({ provider: { profile, accountInfo } }) => ({
        provider: new OpenAiProvider({
          apiKey: 'sk-test',
          baseUrl: accountInfo.address,
          profile: { ...profile, limits: { ...profile.limits, ...limits } },
          clock: new ShiftedClock(),
        }),
      }),
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  it('R4: a batch file has as many requests as the provider takes', async () => {
    await limited({ maxRequests: 4 });

    await runToTheEnd(bundle, summarize);

    const { batches, twice } = await ledgerOf(bundle);
    expect(batches.map(({ requests }) => requests).sort()).toEqual([2, 2, 4, 4, 4, 4]);
    expect(twice).toEqual([]);
  });

  it('X1: a document whose requests fit into no file of the provider fails alone, and nothing of it is sent', async () => {
    await limited({ maxFileBytes: 2_000 });
    const notesOf = bundle.engine.documentStore.collection('notes');
    await notesOf.updateOne({ _id: 'n00003' }, { $set: { text: 'long '.repeat(1_000) } });

    const run = await runToTheEnd(bundle, summarize);

    expect(run.totals).toMatchObject({ documents: { succeeded: count - 1, failed: 1 } });
    expect((await outcomesOf(bundle, 'inference'))[3]?.info.error).toMatchObject({ code: 'request.too-large' });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: count - 1, twice: [] });
  });
});
