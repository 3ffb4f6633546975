import type { SourceDocument } from '@batchmill/documents';
import type { Rendering } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { ObjectId } from 'bson';
import { chat } from '../definition/prompt-function-definition.js';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import { aPipeline } from '../testing/a-pipeline.js';
import { renderRequests } from './render-requests.js';

function planOf(definition: Parameters<typeof aPipeline>[0], parameters = {}): RunPlan {
  return planRun(aPipeline(definition), { parameters });
}

function renderUser(
  user: string,
  document: SourceDocument,
  source: Partial<PipelineDefinition['source']> = {},
  batch: PipelineDefinition['batch'] = {},
): Promise<Rendering> {
  const plan = planOf({
    source: { collection: 'c', ...source },
    inference: { functions: [chat({ name: 'f', user })] },
    batch,
  });
  return renderRequests(plan, document, ['f']);
}

function promptOf({ requests, failures }: Rendering): unknown {
  expect(failures).toEqual([]);
  const messages = requests[0]?.body['messages'] as { content: unknown }[];
  return messages.at(-1)?.content;
}

describe('renderRequests with templates', () => {
  it('C3: the field map reads nested fields, and preprocess functions get only existing values', async () => {
    const values: unknown[] = [];
    const source = {
      fieldMap: { patient_name: 'details.first_name', visit: 'visits.0.date', doctor: 'medical.doctor' },
      preprocessFunctions: {
        patient_name: (value: unknown) => String(value).trim(),
        doctor: (value: unknown) => values.push(value),
      },
    };
    const document = { details: { first_name: ' Ann ' }, visits: [{ date: new Date(0) }] };

    const rendered = await renderUser(
      '{{ patient_name }}, {{ visit }}, {{ doctor | default: "nobody" }}',
      document,
      source,
    );

    expect(promptOf(rendered)).toBe('Ann, 1970-01-01T00:00:00.000Z, nobody');
    expect(values).toEqual([]);
  });

  it('C4: templates can use fields, the whole document and the run’s parameters', async () => {
    const plan = planOf(
      {
        parameters: { tone: 'string' },
        inference: {
          functions: [
            chat({ name: 'f', user: '{{ tone }} {{ name }} {{ document.name }} {{ tags }} {{ _id }} {{ more }}' }),
          ],
        },
      },
      { tone: 'kind' },
    );
    const document = { _id: new ObjectId('0123456789abcdef01234567'), name: 'N', tags: ['a', 'b'], more: { k: [1] } };

    const rendered = await renderRequests(plan, document, ['f']);

    expect(promptOf(rendered)).toBe('kind N N a, b 0123456789abcdef01234567 {"k":[1]}');
  });

  it('C4: a template can loop over a list of the document', async () => {
    const rendered = await renderUser('{% for v in visits %}{{ v.at }};{% endfor %}', {
      visits: [{ at: 1 }, { at: 2 }],
    });

    expect(promptOf(rendered)).toBe('1;2;');
  });

  it('X1: a missing variable fails the document with a TemplateError that contains the line', async () => {
    expect(
      (await renderUser('Hello\n{{ patient.name }}', { patient: { age: 'secret', name: null } })).failures,
    ).toEqual([
      {
        function: 'f',
        error: {
          kind: 'TemplateError',
          code: 'template.missing-value',
          message:
            'Function f, user prompt, line 2: the document has no value for "patient.name" ("patient" has age); ' +
            'give it one, map it with fieldMap, or write {{ patient.name | default: "" }}',
        },
      },
    ]);
  });

  it('C4: the error of a missing variable lists the names that exist and the most similar one', async () => {
    const source = { fieldMap: { doctor: 'medical.doctor' } };
    const messageOf = async (user: string, document: SourceDocument): Promise<string | undefined> =>
      (await renderUser(user, document, source)).failures[0]?.error.message;

    expect(await messageOf('{{ pateint }}', { patient: 'secret', age: 9 })).toContain(
      'has no value for "pateint" (there is patient, age, document; did you mean "patient"?); give it one',
    );
    expect(await messageOf('{{ doctor }}', {})).toContain('"doctor" (fieldMap takes it from "medical.doctor")');
    expect(await messageOf('{{ name.first }}', { name: 'secret' })).toContain('"name.first" ("name" is not an object)');
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`field${at}`, at]));
    expect(await messageOf('{{ missing }}', many)).toMatch(/there is field0, .*field11 and 19 more\)/);
  });

  it.each([
    ['a field that is null', '{{ name }}', { name: null }, '"name"'],
    ['a deep field that is null', '{{ of.name }}', { of: { name: null } }, '"of.name"'],
    ['the first of an empty list', '{{ list | first }}', { list: [] }, '"list | first" has no value'],
    ['a missing list', '{% for one in list %}{% endfor %}', {}, '"list"'],
    ['a variable assigned from a missing one', '{% assign it = missing %}{{ it }}', {}, '"it"'],
  ])('C4: %s is an error, not an empty text', async (_, user, document, expected) => {
    const { failures } = await renderUser(user, document);

    expect(failures[0]?.error).toMatchObject({ kind: 'TemplateError', code: 'template.missing-value' });
    expect(failures[0]?.error.message).toContain(expected);
  });

  it('C4: a default or a condition allows a missing value', async () => {
    const user = '{{ a | default: "no a" }}, {{ b.c.d | default: "no d" }}{% if e %}{{ e }}{% else %}, no e{% endif %}';

    expect(promptOf(await renderUser(user, { a: null, b: {} }))).toBe('no a, no d, no e');
    expect(promptOf(await renderUser('{{ a }}{{ b }}{{ c }}', { a: 0, b: false, c: '' }))).toBe('0false');
  });

  it('a prompt that renders to white space fails the document', async () => {
    expect((await renderUser('{{ text }}', { text: ' ' })).failures[0]?.error.code).toBe('template.empty');
  });

  it('C3: a preprocess function may be asynchronous', async () => {
    const source = { fieldMap: { a: 'a' }, preprocessFunctions: { a: async (value: unknown) => `${String(value)}!` } };

    expect(promptOf(await renderUser('{{ a }}', { a: 'yes' }, source))).toBe('yes!');
  });

  it('X1: a preprocess function that never resolves fails the document with a ProcessingError', async () => {
    const source = { fieldMap: { a: 'a' }, preprocessFunctions: { a: () => new Promise(() => {}) } };

    const { requests, failures } = await renderUser('{{ a }}', { a: 1 }, source, { codeTimeoutSeconds: 0.01 });

    expect(requests).toEqual([]);
    expect(failures[0]?.error).toEqual({
      kind: 'ProcessingError',
      code: 'code.too-slow',
      message: 'The preprocess function of "a" did not resolve within 0.01 s',
    });
  });

  it('the message of an error of a preprocess function is not kept', async () => {
    const source = {
      fieldMap: { a: 'a' },
      preprocessFunctions: {
        a: (value: unknown) => {
          throw new RangeError(`bad value ${String(value)}`);
        },
      },
    };

    expect((await renderUser('{{ a }}', { a: 'secret' }, source)).failures[0]?.error).toEqual({
      kind: 'ProcessingError',
      code: 'preprocess.failed',
      message: 'The preprocess function of "a" threw a RangeError',
    });
  });

  it('the contents of a document are never rendered as a template', async () => {
    expect(promptOf(await renderUser('{{ text }}', { text: '{{ document | json }} {% if %}' }))).toBe(
      '{{ document | json }} {% if %}',
    );
  });

  it.each([
    'constructor',
    '__proto__',
    'toString',
    'text.constructor',
    'text.__proto__',
    'word.constructor',
    'own.secret',
  ])('C4: templates see own properties only: %s is missing', async (name) => {
    class Own {
      get secret(): string {
        return 'secret';
      }
    }

    const { failures } = await renderUser(`{{ ${name} }}`, { text: {}, word: 'x', own: new Own() });

    expect(failures[0]?.error.code).toBe('template.missing-value');
  });

  it.each([
    [
      'would run forever',
      '{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}',
      'took longer than 3 s',
    ],
    [
      'loops over a huge list',
      '{% for i in (1..100000000) %}{{ i }}{% endfor %}',
      'longer lists than its memory holds',
    ],
    [
      'doubles a text 40 times',
      '{% assign x = "0123456789" %}{% for i in (1..40) %}{% assign x = x | append: x %}{% endfor %}',
      'more text',
    ],
    [
      'makes a text longer than any model reads',
      '{% for i in (1..999) %}{{ line }}{% endfor %}',
      'more than 5000000 characters',
    ],
  ])('C4: a template that %s is stopped, and its document fails', async (_, user, expected) => {
    const { failures } = await renderUser(user, { line: 'x'.repeat(8_000) });

    expect(failures[0]?.error).toMatchObject({ kind: 'TemplateError', code: 'template.limit' });
    expect(failures[0]?.error.message).toContain(expected);
  });

  describe('and a prompt beyond the context of its model', () => {
    const planWith = (model: string, more: { baseModel?: string } = {}): RunPlan =>
      planOf({
        inference: { functions: [chat({ name: 'f', model, system: 'Sum up:', user: '{{ text }}', ...more })] },
      });
    const mills = (count: number): SourceDocument => ({ text: 'mill '.repeat(count) });

    it('Y5: the document fails before anything is sent, and the message names both numbers', async () => {
      const { requests, failures } = await renderRequests(planWith('gpt-4o-mini'), mills(130_000), ['f']);

      expect(requests).toEqual([]);
      expect(failures).toEqual([
        {
          function: 'f',
          error: {
            kind: 'ValidationError',
            code: 'document.prompt-too-long',
            message: expect.stringMatching(
              /^Function f: the prompts have 1300\d\d tokens, expected at most 128000, which is what gpt-4o-mini reads; cut /,
            ),
          },
        },
      ]);
    });

    it.each([
      ['it fits', planWith('gpt-4o-mini'), 127_900],
      ['another model reads more', planWith('gpt-4.1'), 130_000],
      ['it is not known how much the model reads', planWith('my-deployment'), 130_000],
    ])('Y5: the prompt is sent when %s', async (_, plan, count) => {
      const { requests, failures } = await renderRequests(plan, mills(count), ['f']);

      expect(failures).toEqual([]);
      expect(requests).toHaveLength(1);
    });

    it('Y5: a deployment reads what its base model reads', async () => {
      const plan = planWith('my-deployment', { baseModel: 'gpt-3.5-turbo' });

      expect((await renderRequests(plan, mills(17_000), ['f'])).failures[0]?.error.message).toContain(
        'expected at most 16385, which is what gpt-3.5-turbo reads',
      );
    });
  });
});
