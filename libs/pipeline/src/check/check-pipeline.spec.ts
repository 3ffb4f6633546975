import { describe, expect, it } from '@jest/globals';
import { profileFor } from '@batchmill/provider';
import { chat, responses } from '../definition/prompt-function-definition.js';
import { aPipeline, checked, defaults, embeddingsOf } from '../testing/a-pipeline.js';
import { problemsOf } from '../testing/problems-of.js';
import type { PipelineDefaults } from './pipeline-defaults.js';

describe('checkPipeline', () => {
  it('C1 C2: fills in the defaults', () => {
    const pipeline = aPipeline({
      embeddings: embeddingsOf(),
      inference: { functions: [chat({ name: 'summary', user: 'x' })] },
    });

    expect(pipeline.source).toMatchObject({ chunkIdField: '_id', parentIdField: 'doc_id', documentIdField: '_id' });
    expect(pipeline.embeddings).toMatchObject({
      endpoint: 'embeddings',
      infoField: 'embedding_processing_info',
      status: { field: 'embedding_status', pending: 'pending' },
      batchSize: 1000,
      functions: [{ model: 'text-embedding-3-small', dimensions: 1536, tooLong: 'fail' }],
      vectors: { collection: 'vectors', dimensions: 1536 },
    });
    expect(pipeline.inference).toMatchObject({
      endpoint: 'inference',
      infoField: 'processing_info',
      status: {
        field: 'ai_status',
        pending: 'pending',
        inProgress: 'in_progress',
        completed: 'completed',
        failed: 'failed',
      },
      batchSize: 100,
      functions: [{ model: 'gpt-4o-mini', temperature: 0.1, maxTokens: 500, url: '/v1/chat/completions' }],
    });
    expect(pipeline.inference?.functions[0]).toMatchObject({
      responseTemplate: {
        source: {
          $push: { event_response: { talking_points: '{{response_content}}', created_date: '{{current_date}}' } },
        },
      },
    });
    expect(pipeline.batch).toEqual({
      batchSize: { embeddings: 1000, inference: 100 },
      completionWindow: '24h',
      pollIntervalMs: 300_000,
      maxRetries: 3,
      codeTimeoutMs: 30_000,
    });
  });

  it('C6: the completion window is the definition’s, else that of the settings', () => {
    const settings = { ...defaults, completionWindow: '48h' } as const;
    const definition = { name: 'a-pipeline', source: { collection: 'c' }, embeddings: embeddingsOf() };

    expect(checked(definition, {}, settings).batch.completionWindow).toBe('48h');
    expect(checked({ ...definition, batch: { completionWindow: '7d' } }, {}, settings).batch.completionWindow).toBe(
      '7d',
    );
  });

  it('C6: the definition takes precedence over the settings, the settings over the built-in defaults', () => {
    const settings = {
      ...defaults,
      model: 'gpt-4.1',
      embeddingModel: 'text-embedding-3-large',
      collection: 'from_settings',
      systemPrompt: 'Be brief.',
      userPrompt: '{{ body }}',
    };
    const definition = {
      name: 'a-pipeline',
      source: {},
      embeddings: { ...embeddingsOf(), batchSize: 7 },
      inference: { functions: [chat({ name: 'one' }), responses({ name: 'two', model: 'gpt-4o', user: 'mine' })] },
      batch: { batchSize: 50, maxRetries: 0 },
    };

    const pipeline = checked(definition, {}, settings);

    expect(pipeline.source.collection).toBe('from_settings');
    expect(pipeline.embeddings?.functions[0]?.model).toBe('text-embedding-3-large');
    expect(pipeline.inference?.functions).toMatchObject([
      { model: 'gpt-4.1', system: { source: 'Be brief.' }, user: { source: '{{ body }}' } },
      { model: 'gpt-4o', user: { source: 'mine' }, url: '/v1/responses' },
    ]);
    expect(pipeline.batch).toMatchObject({ batchSize: { embeddings: 7, inference: 50 }, maxRetries: 0 });
  });

  it.each(['batch', 'embeddings'])(
    'R4: a batch has at most as many documents as a file of the provider: in %s',
    (place) => {
      const sized = (batchSize: number): object => ({
        name: 'a',
        source: { collection: 'c' },
        embeddings: { ...embeddingsOf(), ...(place === 'embeddings' && { batchSize }) },
        ...(place === 'batch' && { batch: { batchSize } }),
      });
      const provider = profileFor('https://mine.openai.azure.com/openai/v1');

      expect(checked(sized(100_000), {}, { ...defaults, provider }).embeddings?.batchSize).toBe(100_000);
      expect(problemsOf(sized(100_000)).join()).toContain('found 100000, expected a whole number from 1 to 50000');
    },
  );

  it('C8: a completion window that the provider does not take is refused, with those that it takes', () => {
    const definition = { name: 'a', source: { collection: 'c' }, embeddings: embeddingsOf() };
    const windowed = { ...definition, batch: { completionWindow: '48h' } };
    const settings = (url: string): PipelineDefaults => ({ ...defaults, provider: profileFor(url) });

    expect(() => checked(windowed, {}, settings('https://api.openai.com/v1'))).toThrow(
      'batch.completionWindow: found "48h", expected 24h, which is what OpenAI takes',
    );
    expect(checked(windowed, {}, settings('https://api.groq.com/openai/v1')).batch.completionWindow).toBe('48h');
    expect(checked(windowed, {}, settings('https://llm.example.com/v1')).batch.completionWindow).toBe('48h');
  });

  it('reports all problems at once, each with file, key, what was found and what was expected', () => {
    const problems = problemsOf({
      name: 'A Pipeline',
      sourc: {},
      embeddings: { text: 'text', dimension: 4, dimensions: 4096, vectors: { collection: '1st' } },
      batch: { batchSize: 0 },
    });

    expect(problems).toEqual([
      'a.pipeline.ts: sourc: found an unknown key, expected "source"? The keys are name, description, parameters, source, defaultEndpoint, embeddings, inference, batch, spending, schedule',
      'a.pipeline.ts: name: found "A Pipeline", expected a name of lower-case letters, digits and dashes that starts with a letter (at most 64)',
      'a.pipeline.ts: source: found nothing, expected an object with collection, queryTemplate, chunkIdField, parentIdField, documentIdField, fieldMap, preprocessFunctions',
      'a.pipeline.ts: source.collection: found nothing, expected the name of a collection here, or the setting MONGODB_COLLECTION',
      'a.pipeline.ts: batch.batchSize: found 0, expected a whole number from 1 to 50000',
      'a.pipeline.ts: embeddings.dimension: found an unknown key, expected "dimensions"? The keys are model, baseModel, body, dimensions, text, tooLong, vectors, watch, prune, reuse, status, processingInfoField, errorField, updateTemplate, batchSize',
      'a.pipeline.ts: embeddings.dimensions: found 4096, expected 1 to 1536, which is what text-embedding-3-small offers',
      'a.pipeline.ts: embeddings.vectors.collection: found "1st", expected the name of a collection of vectors: letters, digits and _, not starting with a digit',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['a missing definition', undefined, 'found nothing, expected an object with name'],
    ['no endpoint', { name: 'a', source: { collection: 'c' } }, 'found neither embeddings nor inference'],
    [
      'a default endpoint that the pipeline does not offer',
      { name: 'a', source: { collection: 'c' }, embeddings: embeddingsOf(), defaultEndpoint: 'inference' },
      'defaultEndpoint: found "inference", expected an endpoint that the pipeline offers',
    ],
    ...['soon', '90m', '0h', '31d', '48H', 24, null].map((completionWindow): [string, unknown, string] => [
      `the completion window ${JSON.stringify(completionWindow)}`,
      { name: 'a', source: { collection: 'c' }, embeddings: embeddingsOf(), batch: { completionWindow } },
      `batch.completionWindow: found ${JSON.stringify(completionWindow)}, expected hours or days from 1h to 30d`,
    ]),
  ])('refuses %s', (_, definition, expected) => {
    expect(problemsOf(definition).join('\n')).toContain(expected);
  });
});
