import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { chat, definePipeline, storageTargetsOf, planRun, type PipelineDefinition } from '@batchmill/pipeline';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { KnownPipelines } from '@batchmill/testing';
import { planOfRun, Runs, type Run } from './index.js';

const before = definePipeline({
  name: 'notes',
  source: { collection: 'notes', queryTemplate: {}, parentIdField: 'book' },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 8,
    text: 'text',
    status: { field: 'embedding_status' },
    vectors: { collection: 'notes' },
  },
  inference: {
    status: { field: 'ai_status' },
    functions: [chat({ name: 'summary', model: 'gpt-4o-mini', system: 'Summarize:', user: '{{ text }}' })],
  },
});

describe('the plan of a run whose pipeline was changed meanwhile', () => {
  const runOf = (endpoint: 'embeddings' | 'inference'): Run => {
    const store = EmbeddedStore.open({ file: ':memory:' });
    const fresh = new Runs(store, new SystemClock()).new('r1', { pipeline: 'notes' }, null);
    const plan = planRun(new KnownPipelines([before]).get('notes'), { endpoint });
    return { ...fresh, endpoint, storageTargets: storageTargetsOf(plan) };
  };
  const { embeddings, inference, source } = before;

  it.each<[string, 'embeddings' | 'inference', string, PipelineDefinition]>([
    [
      'collection',
      'inference',
      'source.collection was "notes" and is "pages"',
      { ...before, source: { ...source, collection: 'pages' } },
    ],
    [
      'parent id',
      'embeddings',
      'source.parentIdField was "book" and is "shelf"',
      { ...before, source: { ...source, parentIdField: 'shelf' } },
    ],
    [
      'status field',
      'inference',
      'status.field was "ai_status" and is "mine"',
      { ...before, inference: { ...inference!, status: { field: 'mine' } } },
    ],
    [
      'a status',
      'inference',
      'status.completed was "completed" and is "done"',
      { ...before, inference: { ...inference!, status: { field: 'ai_status', completed: 'done' } } },
    ],
    [
      'info field',
      'inference',
      'processingInfoField was "processing_info" and is "info"',
      { ...before, inference: { ...inference!, processingInfoField: 'info' } },
    ],
    [
      'vectors',
      'embeddings',
      'embeddings.vectors.collection was "notes" and is "other"',
      { ...before, embeddings: { ...embeddings!, vectors: { collection: 'other' } } },
    ],
    [
      'partitions of vectors',
      'embeddings',
      'embeddings.vectors.partitionBy was missing and is "tenant"',
      {
        ...before,
        embeddings: {
          ...embeddings!,
          vectors: { collection: 'notes', fields: { tenant: 'string' }, partitionBy: 'tenant' },
        },
      },
    ],
    [
      'dimensions',
      'embeddings',
      'embeddings.dimensions was "8" and is "16"',
      { ...before, embeddings: { ...embeddings!, dimensions: 16 } },
    ],
    [
      'model of its vectors',
      'embeddings',
      'embeddings.model was "text-embedding-3-small" and is "text-embedding-3-large"',
      { ...before, embeddings: { ...embeddings!, model: 'text-embedding-3-large' } },
    ],
  ])('is refused when it has another %s, with the old value and the new one', (_, endpoint, message, after) => {
    expect(() => planOfRun(new KnownPipelines([after]), runOf(endpoint))).toThrow(
      expect.objectContaining({
        kind: 'ProcessingError',
        code: 'run.pipeline-changed',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('is made for a run of a version that did not note the model', () => {
    const run = runOf('embeddings');
    const noted = Object.entries(run.storageTargets!).filter(([name]) => name !== 'embeddings.model');
    const storageTargets = Object.fromEntries(noted);

    expect(planOfRun(new KnownPipelines([before]), { ...run, storageTargets }).functions).toEqual(['embeddings']);
  });

  it('is made when only a prompt has changed', () => {
    const changed = chat({ name: 'summary', model: 'gpt-4o-mini', system: 'Summarize well:', user: '{{ text }}' });
    const after = { ...before, inference: { ...inference!, functions: [changed] } };

    expect(planOfRun(new KnownPipelines([after]), runOf('inference')).functions).toEqual(['summary']);
  });
});
