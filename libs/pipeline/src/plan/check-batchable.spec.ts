import { expect, it } from '@jest/globals';
import { profileFor } from '@batchmill/provider';
import { chat, responses } from '../definition/prompt-function-definition.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { checkBatchable } from './check-batchable.js';
import { planRun } from './plan-run.js';
import type { RequestedRun } from './run-plan.js';

const pipeline = aPipeline({
  embeddings: embeddingsOf(),
  inference: { functions: [chat({ name: 'summary', user: 'x' }), responses({ name: 'topics', user: 'x' })] },
});

function checkAt(name: string, request: RequestedRun): void {
  checkBatchable(planRun(pipeline, request), profileFor('', name));
}

it('X2: a run of requests that the provider does not batch is refused, with what it does batch', () => {
  expect(() => checkAt('groq', { endpoint: 'embeddings' })).toThrow(
    'Pipeline a-pipeline: found requests to /v1/embeddings (embeddings), expected requests that Groq takes in batches: /v1/chat/completions.',
  );
  expect(() => checkAt('alibaba', { endpoint: 'inference' })).toThrow('found requests to /v1/responses (topics)');
});

it.each<[string, RequestedRun]>([
  ['groq', { endpoint: 'inference', functions: ['summary'] }],
  ['alibaba', { endpoint: 'embeddings' }],
  ['openai', { endpoint: 'inference' }],
  ['openai-compatible', { endpoint: 'inference' }],
])('only what a run asks for counts: %s takes it', (name, request) => {
  expect(() => checkAt(name, request)).not.toThrow();
});
