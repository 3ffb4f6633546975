import { PriceBook } from '@batchmill/models';
import { profileFor } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import { renderRequests } from '../requests/render-requests.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import type { Estimate } from './estimate.js';
import { RunEstimate, type EstimateOptions } from './run-estimate.js';

const at = new Date('2025-11-01T00:00:00Z');
const prices = new PriceBook({ provider: 'openai' });
const { limits: providerLimits } = profileFor('https://api.openai.com/v1');

type Documents = readonly Readonly<Record<string, unknown>>[];

/** `documents`: as many as these stand for; default: all are given. */
async function estimate(
  plan: RunPlan,
  given: Documents,
  { documents, ...options }: Partial<EstimateOptions> & { documents?: number } = {},
): Promise<Estimate> {
  const run = new RunEstimate(plan, { at, prices, providerLimits, ...options });
  const measured = await Promise.all(
    given.map(async (document) =>
      run.measure(document, plan.functions, await renderRequests(plan, document, plan.functions)),
    ),
  );
  run.addAlike(measured, documents ?? given.length);
  return run.end(Math.min(given.length, documents ?? given.length));
}

const manyOf = (count: number, fields: object = {}): Documents =>
  Array.from({ length: count }, (_, index) => ({ _id: `d${index}`, doc_id: 'd', text: 'one two three', ...fields }));

const planOf = (functions: readonly ReturnType<typeof chat>[], batchSize = 100): RunPlan =>
  planRun(aPipeline({ inference: { functions }, batch: { batchSize } }), {});

describe('an estimate', () => {
  it('M3: the floor has no answers, the expected cost a share of them, and the worst all of them at their longest', async () => {
    const plan = planOf([chat({ name: 'topics', user: '{{ text }}', maxTokens: 400 })]);

    const { cost, inputTokens, ...counts } = await estimate(plan, manyOf(10));

    const floor = inputTokens * 75;
    expect(counts).toMatchObject({ requests: 10, expectedOutputTokens: 1000, maxOutputTokens: 4000, batches: 1 });
    expect(cost.floor).toEqual({ nanoUsd: floor, synchronousNanoUsd: floor * 2 });
    expect(cost.expected).toEqual({ nanoUsd: floor + 1000 * 300, synchronousNanoUsd: (floor + 1000 * 300) * 2 });
    expect(cost.worst.nanoUsd).toBeGreaterThan(floor + 4000 * 300);
    expect(cost.worst.nanoUsd).toBeLessThan(floor + 4000 * 300 + 10 * 20 * 75);
  });

  it('M3: the expected answers are as long as earlier ones of the same function and model, and it says by how many', async () => {
    const functions = [
      chat({ name: 'topics', user: '{{ text }}', maxTokens: 400 }),
      chat({ name: 'names', user: '{{ text }}', maxTokens: 400 }),
    ];
    const earlier = [
      { model: 'gpt-4o-mini', function: 'topics', requests: 3, outputTokens: 30 },
      { model: 'gpt-4o-mini', function: 'topics', requests: 1, outputTokens: 50 },
      { model: 'gpt-4o', function: 'names', requests: 5, outputTokens: 5 },
    ];

    const { answers, expectedOutputTokens } = await estimate(planOf(functions), manyOf(10), { earlier });

    expect(answers).toEqual([
      { function: 'topics', model: 'gpt-4o-mini', tokensPerRequest: 20, basis: 'earlier-runs', answers: 4 },
      { function: 'names', model: 'gpt-4o-mini', tokensPerRequest: 100, basis: 'share-of-max', answers: 0 },
    ]);
    expect(expectedOutputTokens).toBe(1200);
  });

  it('M3: a new item of a forEach is taken to be answered as the others were', async () => {
    const pipeline = aPipeline({
      parameters: { questions: 'string[]' },
      inference: { functions: [chat({ name: 'qa', user: '{{ item }} {{ text }}', forEach: 'questions' })] },
    });
    const plan = planRun(pipeline, { parameters: { questions: ['Who?', 'Why?'] } });
    const earlier = [{ model: 'gpt-4o-mini', function: 'qa_0', requests: 2, outputTokens: 14 }];

    const { answers } = await estimate(plan, manyOf(1), { earlier });

    expect(answers.map(({ tokensPerRequest, basis }) => [tokensPerRequest, basis])).toEqual([
      [7, 'earlier-runs'],
      [7, 'earlier-runs'],
    ]);
  });

  it('M3: 3,500 documents with two requests each are extrapolated from a sample of two', async () => {
    const functions = [chat({ name: 'topics', user: '{{ text }}' }), chat({ name: 'entities', user: '{{ text }}' })];
    const sample = [{ text: 'one two' }, { text: 'three four five six' }];
    const both = await estimate(planOf(functions), sample);

    const all = await estimate(planOf(functions), sample, { documents: 3500 });

    expect(all).toMatchObject({ documents: 3500, sampled: 2, requests: 7000, batches: 35, unpriced: [] });
    expect(all.inputTokens).toBe(both.inputTokens * 1750);
    expect(all.cost.expected.nanoUsd).toBe(both.cost.expected.nanoUsd! * 1750);
  });

  it('M3: a large run has one batch more, its trial, and one of a limit that a batch holds has not', async () => {
    const plan = planOf([chat({ name: 'topics', user: '{{ text }}' })], 10);
    const batchesOf = async (documents: number, limit?: number): Promise<number> =>
      (await estimate(plan, manyOf(1), { documents, trialDocuments: 3, limit })).batches;

    expect([await batchesOf(10), await batchesOf(11), await batchesOf(13), await batchesOf(14)]).toEqual([1, 2, 2, 3]);
    expect(await batchesOf(10, 10)).toBe(1);
  });

  it('M3: the number of batches follows from the limits of the provider and of its queue', async () => {
    const pipeline = aPipeline({ embeddings: { ...embeddingsOf(), batchSize: 50_000 } });
    const plan = planRun(pipeline, {});
    const document = { _id: 'd', doc_id: 'd', text_content: 'long '.repeat(1600) };
    const learned = new Map([
      ['text-embedding-3-small', { tokens: 1_000_000, requests: null, fileBytes: null, fileRequests: null }],
    ]);

    expect((await estimate(plan, [{ ...document, text_content: 'short' }], { documents: 50_000 })).batches).toBe(1);
    expect((await estimate(plan, [document], { documents: 50_000 })).batches).toBe(2);
    expect(
      (
        await estimate(plan, [document], {
          documents: 50_000,
          providerLimits: { ...providerLimits, maxRequests: 20_000 },
        })
      ).batches,
    ).toBe(3);
    const { limits: novita } = profileFor('https://api.novita.ai/openai/v1');
    expect((await estimate(plan, [document], { documents: 50_000, providerLimits: novita })).batches).toBe(5);
    expect((await estimate(plan, [document], { documents: 1_000, learned })).batches).toBe(2);
  });

  it('M3: each model has batches of its own, and an unknown price makes the sum unknown', async () => {
    const plan = planOf([chat({ name: 'a', user: 'x' }), chat({ name: 'b', user: 'x', model: 'my-own' })]);

    const all = await estimate(plan, manyOf(1), { documents: 150 });

    expect(all.models.map(({ model, batches }) => [model, batches])).toEqual([
      ['gpt-4o-mini', 2],
      ['my-own', 2],
    ]);
    const unknown = { nanoUsd: null, synchronousNanoUsd: null };
    expect(all).toMatchObject({ batches: 4, cost: { floor: unknown, worst: unknown }, unpriced: ['my-own'] });
  });

  it('M3: documents that cannot be asked are counted by the reason, with the message of the first', async () => {
    const plan = planOf([
      chat({ name: 'topics', user: '{{ text }}' }),
      chat({ name: 'title', user: '{{ title | upcase }}' }),
    ]);
    const documents = [...manyOf(3, { title: 'T' }), ...manyOf(2)];

    const { requests, unasked } = await estimate(plan, documents);

    expect(requests).toBe(8);
    expect(unasked).toEqual([
      { code: expect.stringMatching(/^template\./), message: expect.stringContaining('title'), documents: 2 },
    ]);
  });

  it('M3: a run without documents costs nothing', async () => {
    const plan = planRun(aPipeline({ embeddings: embeddingsOf() }), {});

    const { cost, ...counts } = await estimate(plan, []);

    expect(counts).toMatchObject({ requests: 0, batches: 0 });
    expect(cost.worst).toEqual({ nanoUsd: 0, synchronousNanoUsd: 0 });
  });
});
