import { PriceBook } from '@batchmill/models';
import { describe, expect, it } from '@jest/globals';
import { profileFor, type FileLimits } from '@batchmill/provider';
import { chat } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import { renderRequests } from '../requests/render-requests.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { estimateRun } from './estimate-run.js';

const at = new Date('2025-11-01T00:00:00Z');
const prices = new PriceBook({ provider: 'openai' });
const { limits } = profileFor('https://api.openai.com/v1');

describe('estimateRun', () => {
  it('M3: estimates 3,500 documents with two requests each from a sample of two', async () => {
    const functions = [
      chat({ name: 'topics', user: '{{ text }}' }),
      chat({ name: 'entities', user: '{{ text }}', maxTokens: 100 }),
    ];
    const plan = planRun(aPipeline({ inference: { functions } }), {});
    const sampled = [{ text: 'one two' }, { text: 'three four five six' }];
    const rendered = await Promise.all(sampled.map((document) => renderRequests(plan, document, plan.functions)));
    const requests = rendered.flatMap((rendering) => rendering.requests);

    const estimate = estimateRun(plan, { documents: 3500, sample: { documents: 2, requests }, limits, at, prices });

    const inputTokens = requests.reduce((sum, request) => sum + request.inputTokens, 0) * 1750;
    const usd = (inputTokens * 0.15 + 3500 * 600 * 0.6) / 2e6;
    expect(estimate).toMatchObject({
      documents: 3500,
      requests: 7000,
      inputTokens,
      maxOutputTokens: 2_100_000,
      batches: 35,
      unpriced: [],
    });
    expect(estimate.usd).toBeCloseTo(usd, 9);
    expect(estimate.synchronousUsd).toBeCloseTo(usd * 2, 9);
    expect(estimate.savedUsd).toBeCloseTo(usd, 9);
  });

  it('M3: the number of batches follows from the limits of the provider', async () => {
    const pipeline = aPipeline({ embeddings: { ...embeddingsOf(), batchSize: 50_000 } });
    const plan = planRun(pipeline, {});
    const batchesOf = async (text: string, of: FileLimits = limits): Promise<number> => {
      const { requests } = await renderRequests(plan, { text_content: text }, plan.functions);
      return estimateRun(plan, { documents: 50_000, sample: { documents: 1, requests }, limits: of, at, prices }).batches;
    };

    expect(await batchesOf('short')).toBe(1);
    expect(await batchesOf('long '.repeat(1600))).toBe(2);
    expect(await batchesOf('short', { ...limits, maxRequests: 20_000 })).toBe(3);
    expect(await batchesOf('long '.repeat(1600), profileFor('https://api.novita.ai/openai/v1').limits)).toBe(5);
  });

  it('M3: each model has batches of its own', async () => {
    const functions = [chat({ name: 'a', user: 'x' }), chat({ name: 'b', user: 'x', model: 'my-own' })];
    const plan = planRun(aPipeline({ inference: { functions } }), {});
    const { requests } = await renderRequests(plan, {}, plan.functions);

    const estimate = estimateRun(plan, { documents: 150, sample: { documents: 1, requests }, limits, at, prices });

    expect(estimate.models.map(({ model, batches }) => [model, batches])).toEqual([
      ['gpt-4o-mini', 2],
      ['my-own', 2],
    ]);
    expect(estimate).toMatchObject({
      batches: 4,
      usd: null,
      synchronousUsd: null,
      savedUsd: null,
      unpriced: ['my-own'],
    });
  });

  it('M3: a run without documents costs nothing', () => {
    const plan = planRun(aPipeline({ embeddings: embeddingsOf() }), {});

    expect(estimateRun(plan, { documents: 0, sample: { documents: 0, requests: [] }, limits, at, prices })).toMatchObject({
      requests: 0,
      batches: 0,
      usd: 0,
    });
  });
});
