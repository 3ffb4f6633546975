import { describe, expect, it } from '@jest/globals';
import { lines } from '../definition/file-references.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';

describe('checkPipeline, parameters', () => {
  it('E1: the default of a list may be the lines of a file', () => {
    const pipeline = aPipeline(
      { parameters: { companies: { type: 'string[]', default: lines('admin_list.txt') } }, embeddings: embeddingsOf() },
      { 'admin_list.txt': '# companies\r\nJKHY\r\n\r\n  AAPL \n' },
    );

    expect(pipeline.parameters['companies']).toMatchObject({ default: ['JKHY', 'AAPL'], required: false });
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown type',
      { a: 'text' },
      'parameters.a: found "text", expected "string", "string[]", "number", "number[]", "integer"',
    ],
    [
      'a default of another type',
      { a: { type: 'number', default: '5' } },
      'parameters.a.default: found "5", expected a number',
    ],
    ['lines for a string', { a: { type: 'string', default: lines('x') } }, 'found lines of a file, expected a string'],
    [
      'a missing file of lines',
      { a: { type: 'string[]', default: lines('x') } },
      'found a file that cannot be read: "x"',
    ],
    ['a reserved name', { model: 'string' }, 'parameters.model: found a name that response templates already use'],
    ['a name with a dash', { 'a-b': 'string' }, 'parameters.a-b: found a name that is not allowed'],
  ])('parameters: refuses %s', (_, parameters, expected) => {
    expect(problemsWith({ parameters, embeddings: embeddingsOf() }).join('\n')).toContain(expected);
  });
});
