import { describe, expect, it } from '@jest/globals';
import { ObjectId } from 'bson';
import { chat } from '../definition/chat.js';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import type { SourceDocument } from '../definition/source-document.js';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import { aPipeline } from '../testing/a-pipeline.js';
import { renderRequests } from './render-requests.js';
import type { Rendering } from './rendered-request.js';

function planOf(definition: Parameters<typeof aPipeline>[0], parameters = {}): RunPlan {
  return planRun(aPipeline(definition), { parameters });
}

function ask(
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
  it('C3: the field map reaches into the document, and preprocess functions see what is there', async () => {
    const seen: unknown[] = [];
    const source = {
      fieldMap: { patient_name: 'details.first_name', visit: 'visits.0.date', doctor: 'medical.doctor' },
      preprocessFunctions: {
        patient_name: (value: unknown) => String(value).trim(),
        doctor: (value: unknown) => seen.push(value),
      },
    };
    const document = { details: { first_name: ' Ann ' }, visits: [{ date: new Date(0) }] };

    const rendered = await ask('{{ patient_name }}, {{ visit }}, {{ doctor | default: "nobody" }}', document, source);

    expect(promptOf(rendered)).toBe('Ann, 1970-01-01T00:00:00.000Z, nobody');
    expect(seen).toEqual([]);
  });

  it('C4: templates see fields, the whole document and the run’s parameters', async () => {
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

  it('C4: a loop over a list of the document', async () => {
    const rendered = await ask('{% for v in visits %}{{ v.at }};{% endfor %}', { visits: [{ at: 1 }, { at: 2 }] });

    expect(promptOf(rendered)).toBe('1;2;');
  });

  it('X1: a variable that the document does not have is a TemplateError of that document, with the line', async () => {
    expect((await ask('Hello\n{{ patient.name }}', { patient: { age: 'secret', name: null } })).failures).toEqual([
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

  it('C4: what there is instead is told by its name, and what was probably meant', async () => {
    const source = { fieldMap: { doctor: 'medical.doctor' } };
    const messageOf = async (user: string, document: SourceDocument): Promise<string | undefined> =>
      (await ask(user, document, source)).failures[0]?.error.message;

    expect(await messageOf('{{ pateint }}', { patient: 'secret', age: 9 })).toContain(
      'has no value for "pateint" (there is patient, age, document; did you mean "patient"?); give it one',
    );
    expect(await messageOf('{{ doctor }}', {})).toContain('"doctor" (fieldMap takes it from "medical.doctor")');
    expect(await messageOf('{{ name.first }}', { name: 'secret' })).toContain('"name.first" ("name" is no object)');
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`field${at}`, at]));
    expect(await messageOf('{{ nobody }}', many)).toMatch(/there is field0, .*field11 and 19 more\)/);
  });

  it.each([
    ['a field that is null', '{{ name }}', { name: null }, '"name"'],
    ['a deep field that is null', '{{ of.name }}', { of: { name: null } }, '"of.name"'],
    ['the first of an empty list', '{{ list | first }}', { list: [] }, '"list | first" comes to nothing'],
    ['a list that is not there', '{% for one in list %}{% endfor %}', {}, '"list"'],
    ['a variable made of nothing', '{% assign it = nobody %}{{ it }}', {}, '"it"'],
  ])('C4: %s is no silent blank', async (_, user, document, told) => {
    const { failures } = await ask(user, document);

    expect(failures[0]?.error).toMatchObject({ kind: 'TemplateError', code: 'template.missing-value' });
    expect(failures[0]?.error.message).toContain(told);
  });

  it('C4: a default, or a condition, is a word for what may be missing', async () => {
    const user = '{{ a | default: "no a" }}, {{ b.c.d | default: "no d" }}{% if e %}{{ e }}{% else %}, no e{% endif %}';

    expect(promptOf(await ask(user, { a: null, b: {} }))).toBe('no a, no d, no e');
    expect(promptOf(await ask('{{ a }}{{ b }}{{ c }}', { a: 0, b: false, c: '' }))).toBe('0false');
  });

  it('a prompt that renders to nothing is a failure', async () => {
    expect((await ask('{{ text }}', { text: ' ' })).failures[0]?.error.code).toBe('template.empty');
  });

  it('C3: a preprocess function may be asynchronous', async () => {
    const source = { fieldMap: { a: 'a' }, preprocessFunctions: { a: async (value: unknown) => `${String(value)}!` } };

    expect(promptOf(await ask('{{ a }}', { a: 'yes' }, source))).toBe('yes!');
  });

  it('X1: a preprocess function that never resolves is a ProcessingError of that document', async () => {
    const source = { fieldMap: { a: 'a' }, preprocessFunctions: { a: () => new Promise(() => {}) } };

    const { requests, failures } = await ask('{{ a }}', { a: 1 }, source, { codeTimeoutSeconds: 0.01 });

    expect(requests).toEqual([]);
    expect(failures[0]?.error).toEqual({
      kind: 'ProcessingError',
      code: 'code.too-slow',
      message: 'The preprocess function of "a" did not resolve within 0.01 s',
    });
  });

  it('what a preprocess function says about a document is not told', async () => {
    const source = {
      fieldMap: { a: 'a' },
      preprocessFunctions: {
        a: (value: unknown) => {
          throw new RangeError(`bad value ${String(value)}`);
        },
      },
    };

    expect((await ask('{{ a }}', { a: 'secret' }, source)).failures[0]?.error).toEqual({
      kind: 'ProcessingError',
      code: 'preprocess.failed',
      message: 'The preprocess function of "a" threw a RangeError',
    });
  });

  it('what is written in a document is never run as a template', async () => {
    expect(promptOf(await ask('{{ text }}', { text: '{{ document | json }} {% if %}' }))).toBe(
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
  ])('C4: own properties alone are seen: %s is none', async (name) => {
    class Own {
      get secret(): string {
        return 'secret';
      }
    }

    const { failures } = await ask(`{{ ${name} }}`, { text: {}, word: 'x', own: new Own() });

    expect(failures[0]?.error.code).toBe('template.missing-value');
  });

  it.each([
    [
      'would run for ever',
      '{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}',
      'work for more than 3 s',
    ],
    ['goes through an endless list', '{% for i in (1..100000000) %}{{ i }}{% endfor %}', 'longer lists than fit'],
    [
      'doubles a text again and again',
      '{% assign x = "0123456789" %}{% for i in (1..40) %}{% assign x = x | append: x %}{% endfor %}',
      'more text',
    ],
    [
      'makes a text that no model reads',
      '{% for i in (1..999) %}{{ line }}{% endfor %}',
      'more than 5000000 characters',
    ],
  ])('C4: a template that %s is stopped, and its document fails', async (_, user, told) => {
    const { failures } = await ask(user, { line: 'x'.repeat(8_000) });

    expect(failures[0]?.error).toMatchObject({ kind: 'TemplateError', code: 'template.limit' });
    expect(failures[0]?.error.message).toContain(told);
  });
});
