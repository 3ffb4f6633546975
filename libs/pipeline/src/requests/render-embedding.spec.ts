import type { SourceDocument } from '@batchmill/documents';
import type { Rendering } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { renderRequests } from './render-requests.js';

function embed(
  document: SourceDocument,
  embeddings: Partial<PipelineDefinition['embeddings']> = {},
): Promise<Rendering> {
  const plan = planRun(aPipeline({ embeddings: { ...embeddingsOf(), ...embeddings } }), {});
  return renderRequests(plan, document, ['embeddings']);
}

describe('renderRequests for embeddings', () => {
  it('E2: requests the embedding of the text with model and dimensions, in base64', async () => {
    const { requests, failures } = await embed({ text_content: 'Hello world' }, { dimensions: 256 });

    expect(failures).toEqual([]);
    expect(requests).toEqual([
      {
        function: 'embeddings',
        model: 'text-embedding-3-small',
        baseModel: 'text-embedding-3-small',
        url: '/v1/embeddings',
        body: { model: 'text-embedding-3-small', input: 'Hello world', dimensions: 256, encoding_format: 'base64' },
        textHash: 'ZOyIygCyaOW6GjVnihtTFtIS9PNmskdyMlNKiuyjfzw',
        inputs: 1,
        inputTokens: 2,
        maxOutputTokens: 0,
      },
    ]);
  });

  it('sends no dimensions to a model whose vectors cannot be shortened', async () => {
    const { requests } = await embed({ text_content: 'Hello' }, { model: 'text-embedding-ada-002' });

    expect(requests[0]?.body).toEqual({ model: 'text-embedding-ada-002', input: 'Hello', encoding_format: 'base64' });
  });

  it('a deployment is requested like the model that it stands for, with the further fields of the body', async () => {
    const { requests } = await embed(
      { text_content: 'Hello' },
      { model: 'embed-prod', baseModel: 'text-embedding-3-large', dimensions: 3072, body: { user: 'mill' } },
    );
    const behindPrefix = await embed({ text_content: 'Hello' }, { model: 'openai/text-embedding-3-small' });

    expect(requests[0]?.body).toEqual({
      model: 'embed-prod',
      input: 'Hello',
      dimensions: 3072,
      encoding_format: 'base64',
      user: 'mill',
    });
    expect(behindPrefix.requests[0]?.body).toHaveProperty('dimensions', 1536);
  });

  it('reads the text at a dotted path', async () => {
    expect((await embed({ content: { text: 'deep' } }, { text: 'content.text' })).requests[0]?.body['input']).toBe(
      'deep',
    );
  });

  it.each<[string, SourceDocument, string, string]>([
    ['without the text field', { other: 1 }, 'document.text-missing', 'has no field "text_content"'],
    ['with null for text', { text_content: null }, 'document.text-missing', 'has no field'],
    ['with a number for text', { text_content: 5 }, 'document.text-not-text', 'contains a number, expected a text'],
    ['with a list for text', { text_content: ['secret'] }, 'document.text-not-text', 'contains a list'],
    ['with an empty text', { text_content: '' }, 'document.text-empty', 'contains only white space'],
    ['with white space only', { text_content: ' \n\t' }, 'document.text-empty', 'contains only white space'],
  ])('X1: a document %s fails', async (_, document, code, message) => {
    expect(await embed(document)).toEqual({
      requests: [],
      failures: [
        { function: 'embeddings', error: { kind: 'ValidationError', code, message: expect.stringContaining(message) } },
      ],
    });
  });

  it('special tokens in a text are ordinary text', async () => {
    const { requests, failures } = await embed({ text_content: 'before <|endoftext|> after' });

    expect(failures).toEqual([]);
    expect(requests[0]).toMatchObject({ body: { input: 'before <|endoftext|> after' }, inputTokens: 8 });
  });

  it('a text of 9,000 tokens fails, or is cut with tooLong: truncate', async () => {
    const text = 'word '.repeat(9000);

    const failing = await embed({ text_content: text });
    const cut = await embed({ text_content: text }, { tooLong: 'truncate' });

    expect(failing.requests).toEqual([]);
    expect(failing.failures[0]?.error).toMatchObject({
      code: 'document.text-too-long',
      message: expect.stringContaining('9001 tokens'),
    });
    expect(cut.failures).toEqual([]);
    expect(cut.requests[0]?.inputTokens).toBe(8192);
    expect(text.startsWith(String(cut.requests[0]?.body['input']))).toBe(true);
  });

  it('a text of 8,192 tokens is not too long', async () => {
    expect((await embed({ text_content: 'word'.concat(' word'.repeat(8191)) })).requests[0]?.inputTokens).toBe(8192);
  });
});
