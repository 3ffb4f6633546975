import type { SourceDocument } from '@batchmill/documents';
import { describe, expect, it } from '@jest/globals';
import { prompt } from '../definition/file-references.js';
import type { EmbeddingsDefinition, SourceDefinition } from '../definition/pipeline-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { problemsOf } from '../testing/problems-of.js';
import { hashOfText, presentText } from './text-to-embed.js';
import { renderRequests } from './render-requests.js';

type Text = EmbeddingsDefinition['text'];

const invoice = {
  _id: 1,
  vendor: { name: 'Anna’s mill' },
  lines: [{ description: 'flour' }, { description: 'bran' }],
  embedding_status: 'completed',
  embedding_processing_info: { runId: 'r' },
};

function planOf(text: Text, source: Partial<SourceDefinition> = {}, files: Readonly<Record<string, string>> = {}) {
  const pipeline = aPipeline(
    { source: { collection: 'blocks', ...source }, embeddings: { ...embeddingsOf(), text } },
    files,
  );
  return planRun(pipeline, {});
}

async function sent(plan: ReturnType<typeof planOf>, document: SourceDocument): Promise<unknown> {
  const { requests, failures } = await renderRequests(plan, document, ['embeddings']);
  return requests[0]?.body['input'] ?? failures[0]?.error;
}

describe('the text to embed', () => {
  const template = '{{ vendor.name }}: {{ lines | map: "description" | join: ", " }}';

  it.each<[string, Text]>([
    ['a template', template],
    ['a template in a file', prompt('text.md')],
    ['a function', ({ vendor }) => `${(vendor as { name: string }).name}: flour, bran`],
    ['a function that is asynchronous', () => Promise.resolve('Anna’s mill: flour, bran')],
  ])('E1: is %s', async (_, text) => {
    expect(await sent(planOf(text, {}, { 'text.md': `${template}\n` }), invoice)).toBe('Anna’s mill: flour, bran');
  });

  it('E1: has mapped and preprocessed fields', async () => {
    const source = {
      fieldMap: { goods: 'lines.description' },
      preprocessFunctions: { goods: (value: unknown) => (value as string[]).toSorted().join(' and ') },
    };

    expect(await sent(planOf('Goods: {{ goods }}', source), invoice)).toBe('Goods: bran and flour');
  });

  it('E1: does not contain marks and statuses, so that it stays the same when only these change', async () => {
    const seen = '{{ document | json }}';
    const plan = planOf(seen);
    const before = await presentText(plan, 'embeddings', { ...invoice, embedding_status: 'pending' });

    expect(before).toEqual(await presentText(plan, 'embeddings', invoice));
    expect(await sent(plan, invoice)).not.toContain('embedding_');
  });

  it('has a hash, which tells that it is another one; a document without a text has none', async () => {
    const plan = planOf('text');

    expect(await presentText(plan, 'embeddings', { text: 'flour' })).toEqual({
      kind: 'text',
      text: 'flour',
      hash: hashOfText('flour'),
    });
    expect(await presentText(plan, 'embeddings', { text: ' ' })).toEqual({ kind: 'none' });
    expect(hashOfText('flour')).not.toBe(hashOfText('flour '));
  });

  it('is unknown while code of the pipeline fails', async () => {
    const plan = planOf(() => {
      throw new Error('secret');
    });

    expect(await presentText(plan, 'embeddings', invoice)).toEqual({ kind: 'unknown' });
    expect(await sent(plan, invoice)).toMatchObject({
      code: 'document.text-failed',
      message: expect.not.stringContaining('secret'),
    });
  });

  it.each<[string, Text, object]>([
    ['lacks what its template names', '{{ buyer }}', { code: expect.stringContaining('template.') }],
    ['has only white space', '{{ vendor.none | default: " " }}', { code: 'document.text-empty' }],
    ['gets nothing of the function', () => undefined as never, { code: 'document.text-missing' }],
    ['gets a number of the function', () => 7 as never, { code: 'document.text-not-text' }],
  ])('of a document that %s fails the document', async (_, text, error) => {
    expect(await sent(planOf(text), invoice)).toMatchObject(error);
  });

  it('with a mistake in its template is found before anything runs', () => {
    expect(
      problemsOf({ name: 'p', source: { collection: 'c' }, embeddings: { ...embeddingsOf(), text: '{{ vendor.name' } }),
    ).toEqual([expect.stringContaining('embeddings.text: found a template that does not parse')]);
  });
});
