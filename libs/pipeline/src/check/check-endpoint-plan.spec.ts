import { describe, expect, it } from '@jest/globals';
import { checked, embeddingsOf } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';

const summary = { api: 'chat', name: 'summary', user: '{{ text }}' };

describe('checkPipeline, an endpoint', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['no text field', { vectors: { collection: 'v' } }, 'embeddings.text: found nothing'],
    ['no vectors', { text: 't' }, 'embeddings.vectors: found nothing'],
    [
      'a wrong choice',
      { ...embeddingsOf(), tooLong: 'cut' },
      'embeddings.tooLong: found "cut", expected "fail" or "truncate"',
    ],
    [
      'an empty status field',
      { ...embeddingsOf(), status: { field: '' } },
      'embeddings.status.field: found "", expected a field',
    ],
    ['an invalid status field', { ...embeddingsOf(), status: { field: 'a..b' } }, 'embeddings.status.field'],
    ['the id as status', { ...embeddingsOf(), status: { field: '_id' } }, 'expected another field than _id'],
    [
      'two equal status values',
      { ...embeddingsOf(), status: { failed: 'completed' } },
      'embeddings.status: found two equal values',
    ],
    [
      'a status within the marks',
      { ...embeddingsOf(), status: { field: 'info.status' }, processingInfoField: 'info' },
      'embeddings.processingInfoField: found "info" beside the status field "info.status"',
    ],
    [
      'ada with other dimensions',
      { ...embeddingsOf(), model: 'text-embedding-ada-002', dimensions: 512 },
      'expected 1536, which',
    ],
    [
      'more dimensions than the model offers that a deployment stands for',
      { ...embeddingsOf(), model: 'embed-prod', baseModel: 'text-embedding-3-small', dimensions: 3072 },
      'embeddings.dimensions: found 3072, expected 1 to 1536, which is what text-embedding-3-small offers',
    ],
    ['a body with the input', { ...embeddingsOf(), body: { input: 'x' } }, 'embeddings.body.input: found "x"'],
    [
      'a body with other dimensions than the vectors have',
      { ...embeddingsOf(), model: 'own', body: { dimensions: 512 } },
      'embeddings.body.dimensions: found 512, expected 1536, the dimensions of the vectors',
    ],
  ])('embeddings: refuses %s', (_, embeddings, expected) => {
    expect(problemsWith({ embeddings }).join('\n')).toContain(expected);
  });

  it('X3: the error field is configurable and by default lies within processingInfoField', () => {
    const errorFieldOf = (part: object): unknown =>
      checked({
        name: 'a',
        source: { collection: 'c' },
        inference: { functions: [summary], processingInfoField: 'info', ...part },
      }).inference?.errorField;

    expect(errorFieldOf({})).toBe('info.error');
    expect(errorFieldOf({ errorField: 'ai.last_error' })).toBe('ai.last_error');
    expect(errorFieldOf({ errorField: 'info.last_error' })).toBe('info.last_error');
  });

  it.each([
    ['ai_status', '"ai_status", which overlaps "ai_status"'],
    ['info', '"info", which overlaps "info.runId"'],
    ['info.functions.error', '"info.functions.error", which overlaps "info.functions"'],
    ['_id', 'expected another field than _id'],
    ['a..b', 'expected a field, or a dotted path'],
  ])('X3: refuses %s as the error field', (errorField, expected) => {
    const problems = problemsWith({ inference: { functions: [summary], processingInfoField: 'info', errorField } });

    expect(problems.join('\n')).toContain(expected);
  });

  it('X3: neither a template nor the other endpoint may write the error field', () => {
    const problems = problemsWith({
      embeddings: { ...embeddingsOf(), status: { field: 'trouble' } },
      inference: { functions: [summary], errorField: 'trouble', updateTemplate: { $set: { 'trouble.seen': true } } },
    });

    expect(problems).toEqual([
      'a.pipeline.ts: inference.updateTemplate.$set.trouble.seen: found "trouble.seen", expected no write to "trouble", where Batchmill keeps its marks',
      'a.pipeline.ts: inference.errorField: found "trouble", which embeddings.status.field uses ("trouble"), expected a field of its own',
    ]);
  });

  it('the endpoints may not share fields for their marks', () => {
    const problems = problemsWith({
      embeddings: { ...embeddingsOf(), status: { field: 'ai_status' } },
      inference: { functions: [summary], processingInfoField: 'embedding_processing_info.inference' },
    });

    expect(problems).toEqual([
      'a.pipeline.ts: inference.status.field: found "ai_status", which embeddings.status.field uses ("ai_status"), expected a field of its own',
      'a.pipeline.ts: inference.processingInfoField: found "embedding_processing_info.inference", which embeddings.processingInfoField uses ("embedding_processing_info"), expected a field of its own',
    ]);
  });
});
