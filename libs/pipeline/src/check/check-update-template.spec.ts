import { describe, expect, it } from '@jest/globals';
import { checked } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';

const summary = { api: 'chat', name: 'summary', user: '{{ text }}' };

describe('checkPipeline, update templates', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'another status',
      { $set: { ai_status: 'done' } },
      'found "ai_status" set to "done", expected no write to the status, which Batchmill sets to',
    ],
    [
      'the marks',
      { $set: { 'processing_info.x': 1 } },
      'expected no write to "processing_info", where Batchmill keeps its marks',
    ],
    ['the id', { $set: { _id: 1 } }, 'expected another field: _id is never written'],
    ['a field twice', { $set: { a: 1 }, $push: { 'a.b': 1 } }, 'found "a.b" beside "a", expected each field only once'],
    ['an unknown operator', { $pusch: { a: 1 } }, '$pusch: found an unknown operator, expected "$push"?'],
    ['fields without operator', { a: 1 }, 'a: found an unknown operator'],
    ['Jinja syntax', { $set: { a: '{{ x | default("y") }}' } }, '$set.a: found a template that does not parse'],
    ['a template that does not parse', { $set: { a: '{{ x' } }, '$set.a: found a template that does not parse'],
  ])('C2: an update template that writes %s stops the start', (_, template, expected) => {
    const asResponse = problemsWith({ inference: { functions: [{ ...summary, responseTemplate: template }] } });
    const asUpdate = problemsWith({ inference: { functions: [summary], updateTemplate: template } });

    expect(asResponse.join('\n')).toContain(expected);
    expect(asUpdate.join('\n')).toContain(expected);
  });

  it('C2: setting the status to the value that it gets anyway is allowed and left out', () => {
    const status = { field: 'state', inProgress: 'busy', completed: 'done' };
    const pipeline = checked({
      name: 'a-pipeline',
      source: { collection: 'c' },
      inference: {
        status,
        updateTemplate: { $set: { state: 'busy' } },
        functions: [{ ...summary, responseTemplate: { $set: { state: 'done', answer: '{{response_content}}' } } }],
      },
    });

    expect(pipeline.inference?.updateTemplate).toBeNull();
    expect(pipeline.inference?.functions[0]).toMatchObject({
      responseTemplate: { source: { $set: { answer: '{{response_content}}' } } },
    });
  });
});
