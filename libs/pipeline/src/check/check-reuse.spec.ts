import { describe, expect, it } from '@jest/globals';
import { chat, responses, type PromptFunctionOptions } from '../definition/prompt-function-definition.js';
import type { ReuseOptions } from '../pipeline.js';
import { aPipeline, checked, defaults } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';

type Options = Partial<PromptFunctionOptions<unknown>>;

const always = { withinMs: null };

function reuseOf(options: Options, make: typeof chat | typeof responses = chat): ReuseOptions | null {
  const functions = [make({ name: 'summary', model: 'gpt-4o-mini', user: '{{ text }}', ...options })];
  const [definition] = aPipeline({ inference: { functions } }).inference?.functions ?? [];
  return definition?.kind === 'prompt' ? definition.reuse : null;
}

describe('whether a function reuses answers', () => {
  it.each<[string, Options, ReuseOptions | null]>([
    ['a temperature of 0', { temperature: 0 }, always],
    ['a temperature of 0 among the further fields', { temperature: null, body: { temperature: 0 } }, always],
    ['the default temperature', {}, null],
    ['a temperature of 0, and no', { temperature: 0, reuse: false }, null],
    ['a temperature of 1, and yes', { temperature: 1, reuse: true }, always],
    ['a time', { reuse: { within: '7d' } }, { withinMs: 7 * 86_400_000 }],
    [
      'tools, which may bring something new each time',
      { temperature: 0, body: { tools: [{ type: 'web_search' }] } },
      null,
    ],
    ['tools, and yes', { temperature: 0, body: { tools: [{ type: 'function' }] }, reuse: true }, always],
    ['a reasoning model, which takes no temperature', { temperature: 0, model: 'o3-mini' }, null],
    ['a reasoning model, and yes', { model: 'o3-mini', reuse: true }, always],
  ])('M2: with %s', (_, options, expected) => {
    expect(reuseOf(options)).toEqual(expected);
    expect(reuseOf(options, responses)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['a text', 'yes', 'functions[0].reuse: found "yes", expected true, false or { within: "7d" }'],
    ['no time', {}, 'functions[0].reuse.within: found nothing, expected hours or days from 1h to 30d'],
    ['a time in minutes', { within: '5m' }, 'functions[0].reuse.within: found "5m"'],
    ['another key', { for: '7d' }, 'functions[0].reuse.for: found an unknown key'],
  ])('T2: %s is a problem', (_, reuse, problem) => {
    const functions = [{ api: 'chat', name: 'summary', user: 'x', reuse }];

    expect(problemsWith({ inference: { functions } }).join('\n')).toContain(problem);
  });

  it('may change while a run is under way: the hash of the pipeline stays', () => {
    const hashWith = (options: Options): string =>
      aPipeline({ inference: { functions: [chat({ name: 'summary', user: 'x', temperature: 0, ...options })] } }).hash;

    expect(hashWith({ reuse: false })).toBe(hashWith({ reuse: { within: '7d' } }));
  });

  it('M2: a temperature of 0 may come from the settings', () => {
    const inference = { functions: [chat({ name: 'summary', user: 'x' })] };
    const pipeline = checked(
      { name: 'a', source: { collection: 'b' }, inference },
      {},
      { ...defaults, temperature: 0 },
    );

    expect(pipeline.inference?.functions[0]).toMatchObject({ reuse: always });
  });

  it('M2: a text is embedded once by default, and not where the pipeline says so, which may change while a run is under way', () => {
    const embeddings = { text: 'text', vectors: { collection: 'v' } };
    const made = [{}, { reuse: true }, { reuse: false }].map((more) =>
      aPipeline({ embeddings: { ...embeddings, ...more } }),
    );

    expect(made.map((pipeline) => pipeline.embeddings?.functions[0]?.reuse)).toEqual([true, true, false]);
    expect(new Set(made.map(({ hash }) => hash)).size).toBe(1);
  });

  it('T2: a time for embeddings is a problem', () => {
    const embeddings = { text: 'text', vectors: { collection: 'v' }, reuse: { within: '7d' } };

    expect(problemsWith({ embeddings }).join('\n')).toContain('embeddings.reuse: found');
    expect(problemsWith({ embeddings }).join('\n')).toContain('expected true or false');
  });
});
