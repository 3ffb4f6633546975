import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { type FieldsOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { estimatePipeline, reportRun, requestRun, type PipelineEstimate } from '@batchmill/service';
import type { EngineSettings } from '@batchmill/stage';
import { TestEngine } from '@batchmill/testing';
import { manyNotes } from './notes-pipeline.js';
import { endOf, runToTheEnd } from './runs.js';
import { ledgerOf } from './simulated-provider.js';

const small = 'gpt-4.1-nano';
const summary = chat({ name: 'summary', model: small, maxTokens: 40, user: 'Summarize: {{ text }}' });
const title = chat({ name: 'title', model: 'gpt-4o-mini', maxTokens: 20, user: 'A title: {{ text }}' });
const qa = chat({ name: 'qa', model: small, maxTokens: 20, user: '{{ item }} {{ text }}', forEach: 'questions' });

type Functions = NonNullable<PipelineDefinition['inference']>['functions'];

const pipelineOf = (functions: Functions): PipelineDefinition =>
  definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    parameters: { questions: { type: 'string[]', default: ['Who?', 'Why?', 'When?'] } },
    inference: { functions },
    batch: { batchSize: 10 },
  });

interface Shape {
  readonly functions?: Functions;
  readonly documents: readonly Readonly<Record<string, unknown>>[];
  readonly request?: Partial<FieldsOf<RunRequested>>;
  readonly settings?: Partial<EngineSettings>;
  /** Learned of the queue of the small model. */
  readonly learned?: { readonly tokens?: number; readonly fileBytes?: number; readonly requests?: number };
}

/** Every third one is large. */
const unevenNotes = manyNotes(32).map((note, index) => ({
  ...note,
  text: index % 3 === 0 ? `${note.text} `.repeat(12) : note.text,
}));

const shapes = {
  'one model': { documents: manyNotes(25) },
  'two models': { documents: manyNotes(25), functions: [summary, title] },
  'a trial': { documents: manyNotes(25), functions: [summary, title], settings: { trialDocuments: 3 } },
  'no trial, since one batch holds it': { documents: manyNotes(10), settings: { trialDocuments: 3 } },
  'functions of a forEach': { documents: manyNotes(13), functions: [qa, title] },
  'a limit': { documents: manyNotes(40), request: { limit: 17 }, settings: { trialDocuments: 3 } },
  'one of several functions': {
    documents: manyNotes(13),
    functions: [summary, title],
    request: { functions: ['title'] },
  },
  'large documents and the limit of a file': { documents: unevenNotes, learned: { fileBytes: 5_000 } },
  'large documents and the limit of a queue': { documents: unevenNotes, learned: { tokens: 1_800 } },
  'more requests than a queue takes': { documents: manyNotes(9), functions: [qa], learned: { requests: 14 } },
  'documents that cannot be asked': {
    documents: manyNotes(25).map((note, index) => (index % 4 === 0 ? { ...note, text: '' } : note)),
    functions: [chat({ name: 'summary', model: small, maxTokens: 40, user: '{{ text }}' })],
  },
} as const satisfies Record<string, Shape>;

describe('an estimate and the run after it', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened({ functions = [summary], documents, settings = {}, learned = {} }: Shape): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipelineOf(functions)], settings });
    await bundle.engine.documentStore.collection('notes').insertMany([...documents]);
    const { budgets, provider } = bundle.engine;
    for (const limited of ['tokens', 'fileBytes', 'requests'] as const) {
      const value = learned[limited];
      if (value !== undefined) await budgets.learn(provider.account, small, limited, value);
    }
  }

  const estimate = (request: Shape['request'] = {}, exact = true): Promise<PipelineEstimate> =>
    estimatePipeline(bundle.engine, 'notes', request, { exact });

  it.each([
    'one model',
    'two models',
    'a trial',
    'no trial, since one batch holds it',
    'functions of a forEach',
    'a limit',
    'one of several functions',
    'large documents and the limit of a file',
    'large documents and the limit of a queue',
    'more requests than a queue takes',
    'documents that cannot be asked',
  ] as const)(
    'M3 M4: an estimate has the batches of the run, and as its worst what a limit reserves: %s',
    async (name) => {
      const shape: Shape = shapes[name];
      await opened(shape);
      const { estimate: predicted } = await estimate(shape.request);
      await bundle.start(stages);

      await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', ...shape.request });

      const { prices } = bundle.engine.engineSettings;
      const batches = await Array.fromAsync(bundle.engine.batches.ofRun('r'));
      const sent = batches.filter(({ requests }) => requests > 0);
      expect(predicted.batches).toBe(sent.length);
      expect(predicted.requests).toBe(sent.reduce((sum, { requests }) => sum + requests, 0));
      expect(predicted.inputTokens).toBe(sent.reduce((sum, { inputTokens }) => sum + inputTokens, 0));
      expect(predicted.cost.worst.nanoUsd).toBe(
        sent.reduce((sum, batch) => sum + prices.worstCostOf(batch, batch.worst!, new Date(), 'batch')!, 0),
      );
      const { nanoUsd } = await ledgerOf(bundle);
      expect(nanoUsd).toBeGreaterThan(predicted.cost.floor.nanoUsd!);
      expect(nanoUsd).toBeLessThanOrEqual(predicted.cost.worst.nanoUsd!);
      const failed = await bundle.engine.documentStore.collection('notes').count({ ai_status: 'failed' });
      expect(predicted.unasked.reduce((sum, { documents }) => sum + documents, 0)).toBe(failed);
    },
  );

  it('M3: the next estimate expects what the answers before it used, and is the nearer to its run', async () => {
    await opened({ documents: manyNotes(25), functions: [summary, title] });
    const { estimate: first } = await estimate();
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });
    const paid = (await ledgerOf(bundle)).nanoUsd;

    const { estimate: second } = await estimate({ redo: 'all' });

    expect(first.answers.map(({ basis }) => basis)).toEqual(['share-of-max', 'share-of-max']);
    expect(second.answers).toMatchObject([
      { function: 'summary', basis: 'earlier-runs', answers: 25 },
      { function: 'title', basis: 'earlier-runs', answers: 25 },
    ]);
    const distance = (nanoUsd: number | null): number => Math.abs((nanoUsd ?? 0) - paid) / paid;
    expect(distance(second.cost.expected.nanoUsd)).toBeLessThan(0.02);
    expect(distance(second.cost.expected.nanoUsd)).toBeLessThan(distance(first.cost.expected.nanoUsd));
  });

  it('M3: an estimate from a sample says of how many documents, and is near to one from all of them', async () => {
    await opened({ documents: manyNotes(1_200), functions: [summary, title] });

    const { estimate: sampled } = await estimate({}, false);
    const { estimate: exact } = await estimate({}, true);

    expect(sampled).toMatchObject({ documents: 1_200, sampled: 500, requests: 2_400, batches: 240 });
    expect(exact).toMatchObject({ documents: 1_200, sampled: 1_200, requests: 2_400, batches: 240 });
    expect(sampled.inputTokens / exact.inputTokens).toBeCloseTo(1, 2);
    expect(sampled.cost.worst.nanoUsd! / exact.cost.worst.nanoUsd!).toBeCloseTo(1, 2);
  });

  it('M3: a run that was predicted shows it beside what came true, and one that was not shows nothing', async () => {
    await opened({ documents: manyNotes(25) });
    await bundle.start(stages);

    const request = new RunRequested({ runId: 'r', pipeline: 'notes' });
    await requestRun(bundle.engine, request, { predicts: true });
    const run = await endOf(bundle, 'r');
    const other = await runToTheEnd(bundle, { runId: 'other', pipeline: 'notes' });

    const report = await reportRun(bundle.engine, run);
    expect(report.predicted).toMatchObject({ documents: 25, sampled: 25, requests: 25, batches: 3 });
    expect(report.predicted?.batches).toBe(report.batches);
    expect(report.cost.usd).toBeGreaterThan(report.predicted!.cost.floor.usd!);
    expect(report.cost.usd).toBeLessThan(report.predicted!.cost.worst.usd!);
    expect((await reportRun(bundle.engine, other)).predicted).toBeNull();
  });

  it('M3: the answers of another account say nothing of those to come', async () => {
    await opened({ documents: manyNotes(5) });
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });
    for (const entry of await Array.fromAsync(bundle.engine.ledger.entries()))
      await bundle.engine.ledger.book({ ...entry, account: 'another' });

    const { estimate: next } = await estimate({ redo: 'all' });

    expect(next.answers).toMatchObject([{ basis: 'share-of-max' }]);
  });
});
