import { describe, expect, it } from '@jest/globals';
import { profileFor } from '@batchmill/provider';
import type { Preview } from './preview-run.js';
import { previewText } from './preview-text.js';

const words = 'The wheel of the mill turns in the river, and turns again. '.repeat(4).trim();

function aPreview(text: string): Preview {
  const unknown = { nanoUsd: null, synchronousNanoUsd: null };
  return {
    pipeline: 'notes',
    endpoint: 'inference',
    provider: profileFor('https://api.groq.com/openai/v1'),
    refusal: null,
    collection: 'notes',
    stored: 1,
    queriedStatusField: null,
    pending: 1,
    missing: [],
    matching: 1,
    documents: [
      {
        id: 'n1',
        requests: [
          {
            function: 'summary',
            model: 'gpt-4o-mini',
            url: '/v1/responses',
            body: { instructions: words, input: text, text: {} },
            baseModel: 'gpt-4o-mini',
            inputs: 0,
            inputTokens: 70,
            maxOutputTokens: 500,
          },
        ],
        failures: [
          {
            function: 'qa',
            error: { kind: 'TemplateError', code: 'template.failed', message: `User prompt: ${words}` },
          },
        ],
        unwritable: [],
        variables: Array.from({ length: 50 }, (_, index) => `field_${index}`),
      },
    ],
    cost: {
      requests: 1,
      batches: 1,
      inputTokens: 70,
      expectedOutputTokens: 125,
      maxOutputTokens: 500,
      documents: 1,
      sampled: 1,
      reused: 0,
      cost: { floor: unknown, expected: unknown, worst: unknown },
      models: [],
      answers: [],
      unasked: [],
      unpriced: ['gpt-9'],
    },
  };
}

describe('previewText', () => {
  it('C4: it says what the provider takes, and that it would refuse the requests', () => {
    const preview = { ...aPreview('x'), refusal: 'Pipeline notes: found requests to /v1/embeddings.' };

    const lines = previewText(preview, 200).split('\n');

    expect(lines).toContain('provider  Groq: at most 50,000 requests, 200 MB in a file');
    expect(lines).toContain('a run would be rejected. Pipeline notes: found requests to /v1/embeddings.');
  });

  it.each([40, 80, 200])('C4: a preview fits on a terminal of %i columns', (columns) => {
    const lines = previewText(aPreview(`Question: who?\n\n${words}`), columns).split('\n');

    expect(lines.filter((line) => line.length > columns)).toEqual([]);
    expect(lines).toContain('      Question: who?');
    expect(lines.join('\n')).toContain('no price is known for gpt-9');
  });

  it('C4: a long prompt is cut, with the number of lines left out', () => {
    const text = previewText(aPreview('line\n'.repeat(100).trim()), 80);

    expect(text).toContain('      … 60 more lines; --json shows all\n');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('field_39 and 10 more');
  });

  it.each([
    [{ stored: 0 }, 'notes is empty; fill it with: batchmill load FILE --collection notes'],
    [{ stored: 7 }, 'none of the 7 documents in notes matches the query'],
    [
      { stored: 7, queriedStatusField: 'state' },
      'the query of the pipeline uses state, so completed documents no longer match',
    ],
  ])('C4: when nothing matches the text says why', (changes, reason) => {
    const text = previewText({ ...aPreview(words), pending: 0, matching: 0, documents: [], ...changes }, 200);

    expect(text.replaceAll(/\s+/g, ' ')).toContain(reason);
  });
});
