import type { ProviderBatch } from '@batchmill/provider';
import { notIngested, type Batch } from '@batchmill/records';
import { describe, expect, it } from '@jest/globals';
import { compareBatch } from './compare-batch.js';

const counts = { total: 10, completed: 8, failed: 2 };
const usage = { inputTokens: 80, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 };
const ingestion = {
  ...notIngested,
  output: 'copy',
  succeeded: 7,
  unusableAnswers: 1,
  tokens: { input: 80, output: 0 },
};

const record = (changes: Partial<Batch> = {}, ingested: Partial<Batch['ingestion']> = {}): Batch =>
  ({
    _id: 'r.c1.b1',
    state: 'ingested',
    reason: 'completed',
    failure: null,
    url: '/v1/embeddings',
    model: 'text-embedding-3-small',
    requests: 10,
    provider: { state: 'completed', counts },
    ingestion: { ...ingestion, ...ingested },
    ...changes,
  }) as Partial<Batch> as Batch; // what the rules read

const found = (changes: Partial<ProviderBatch> = {}): ProviderBatch =>
  ({
    id: 'batch_1',
    state: 'completed',
    model: 'text-embedding-3-small',
    counts,
    usage,
    ...changes,
  }) as Partial<ProviderBatch> as ProviderBatch; // what the rules read

const kinds = (ours: Batch, theirs: ProviderBatch): string[] => compareBatch(ours, theirs).map(({ kind }) => kind);

describe('a batch in the books and at the provider', () => {
  it('R11: is the same when answers that were used, and those that could not be, are what the provider counts', () => {
    expect(compareBatch(record(), found())).toEqual([]);
  });

  it('R11: is not compared while the provider works on it, and is due once it has ended', () => {
    const submitted = record({ state: 'submitted', provider: { state: 'in_progress', counts } as Batch['provider'] });

    expect(kinds(submitted, found({ state: 'finalizing' }))).toEqual([]);
    expect(compareBatch(submitted, found())).toMatchObject([{ kind: 'state', mend: 'due' }]);
  });

  it('R11: differs by an answer that is missing, or by one too many', () => {
    expect(kinds(record({}, { succeeded: 6 }), found())).toEqual(['counts']);
    expect(kinds(record({}, { succeeded: 8 }), found())).toEqual(['counts']);
  });

  it('R11: does not differ by an answer to a prompt that refuses, which is neither used nor kept', () => {
    const chat = { url: '/v1/chat/completions' };

    expect(kinds(record(chat, { succeeded: 6 }), found())).toEqual([]);
    expect(kinds(record(chat, { succeeded: 8 }), found())).toEqual(['counts']);
  });

  it('R11: differs by its requests, and by counts that the provider has changed since it ended', () => {
    expect(kinds(record({ requests: 11 }), found())).toEqual(['counts']);
    expect(kinds(record(), found({ counts: { ...counts, completed: 9, failed: 1 } }))).toEqual(['counts']);
  });

  it('M1: differs by a single token, in or out', () => {
    expect(kinds(record(), found({ usage: { ...usage, inputTokens: 81 } }))).toEqual(['tokens']);
    expect(kinds(record({}, { tokens: { input: 80, output: 1 } }), found())).toEqual(['tokens']);
  });

  it('M1: a provider that names no tokens, counts or model, or leaves them empty, is not compared by them', () => {
    const none = { total: 0, completed: 0, failed: 0 };

    expect(kinds(record(), found({ usage: null, counts: none, model: null }))).toEqual([]);
    expect(kinds(record(), found({ usage: { ...usage, inputTokens: 0 } }))).toEqual([]);
  });

  it.each<[string, Partial<Batch>, Partial<Batch['ingestion']>]>([
    ['were given up as lost', { reason: 'lost' }, {}],
    ['could not be ingested', { failure: { code: 'batch.not-ingested', message: '', line: null } }, {}],
    ['are gone at the provider', {}, { lost: true }],
    ['were never shown', {}, { output: null }],
  ])(
    'M1: results that %s are known to be missing, so neither answers nor tokens are compared',
    (_, changes, ingested) => {
      expect(kinds(record(changes, { succeeded: 0, tokens: { input: 0, output: 0 }, ...ingested }), found())).toEqual(
        [],
      );
    },
  );

  it.each([
    ['gpt-4o-mini', 'gpt-4o-mini-2024-07-18', []],
    ['openai/GPT-4o-mini', 'gpt-4o-mini', []],
    ['gpt-4o-mini', 'gpt-4o', ['model']],
  ])('M1: of the models %s and %s: %j', (ours, theirs, expected) => {
    expect(kinds(record({ model: ours }), found({ model: theirs }))).toEqual(expected);
  });
});
