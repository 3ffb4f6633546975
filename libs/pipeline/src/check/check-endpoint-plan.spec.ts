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
    ['a status field that no store takes', { ...embeddingsOf(), status: { field: 'a..b' } }, 'embeddings.status.field'],
    ['the id as status', { ...embeddingsOf(), status: { field: '_id' } }, 'expected another field than _id'],
    [
      'two equal states',
      { ...embeddingsOf(), status: { failed: 'completed' } },
      'embeddings.status: found two equal values',
    ],
    [
      'a status within the bookkeeping',
      { ...embeddingsOf(), status: { field: 'info.status' }, processingInfoField: 'info' },
      'embeddings.processingInfoField: found "info" beside the status field "info.status"',
    ],
    [
      'ada with other dimensions',
      { ...embeddingsOf(), model: 'text-embedding-ada-002', dimensions: 512 },
      'expected 1536, which',
    ],
  ])('embeddings: refuses %s', (_, embeddings, expected) => {
    expect(problemsWith({ embeddings }).join('\n')).toContain(expected);
  });

  it('X3: the error field is configurable, and where it is not said stands within the bookkeeping', () => {
    const sideWith = (part: object): unknown =>
      checked({
        name: 'a',
        source: { collection: 'c' },
        inference: { functions: [summary], processingInfoField: 'info', ...part },
      }).inference?.errorField;

    expect(sideWith({})).toBe('info.error');
    expect(sideWith({ errorField: 'ai.last_error' })).toBe('ai.last_error');
    expect(sideWith({ errorField: 'info.last_error' })).toBe('info.last_error');
  });

  it.each([
    ['ai_status', '"ai_status", where "ai_status" is kept'],
    ['info', '"info", where "info.runId" is kept'],
    ['info.functions.error', '"info.functions.error", where "info.functions" is kept'],
    ['_id', 'expected another field than _id'],
    ['a..b', 'expected a field, or a dotted path'],
  ])('X3: %s is no field for errors', (errorField, told) => {
    const problems = problemsWith({ inference: { functions: [summary], processingInfoField: 'info', errorField } });

    expect(problems.join('\n')).toContain(told);
  });

  it('X3: neither the templates nor the other endpoint write the error field', () => {
    const problems = problemsWith({
      embeddings: { ...embeddingsOf(), status: { field: 'trouble' } },
      inference: { functions: [summary], errorField: 'trouble', updateTemplate: { $set: { 'trouble.seen': true } } },
    });

    expect(problems).toEqual([
      'a.pipeline.ts: inference.updateTemplate.$set.trouble.seen: found "trouble.seen", expected the bookkeeping in "trouble" to be left to us',
      'a.pipeline.ts: inference.errorField: found "trouble", which embeddings.status.field uses ("trouble"), expected a field of its own',
    ]);
  });

  it('neither endpoint may use the marks of the other', () => {
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
