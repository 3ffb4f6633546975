import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/prompt-function-definition.js';
import { prompt } from '../definition/file-references.js';
import { aPipeline, checked, defaults } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';

const emptySchema = { type: 'object', properties: {}, required: [], additionalProperties: false };
const summary = { api: 'chat', name: 'summary', user: '{{ text }}' };

describe('checkPipeline, functions', () => {
  it('a prompt that comes from the settings is reported under the name of its setting', () => {
    const settings = { ...defaults, userPrompt: '{{ text', systemPrompt: '{% if %}' };
    const check = (): unknown =>
      checked(
        { name: 'a', source: { collection: 'b' }, inference: { functions: [chat({ name: 'summary' })] } },
        {},
        settings,
      );

    expect(check).toThrow(
      /functions\[0\]\.user, which is the setting USER_PROMPT_TEMPLATE: found a template that does not/,
    );
    expect(check).toThrow(/functions\[0\]\.system, which is the setting SYSTEM_PROMPT: found a template that does not/);
  });

  it('C4: prompts are read from files beside the pipeline, without the newline at their end', () => {
    const pipeline = aPipeline(
      { inference: { functions: [chat({ name: 'summary', system: prompt('s.md'), user: prompt('u.liquid') })] } },
      { 's.md': 'Summarize the following text:\n', 'u.liquid': '{{ text }}\n' },
    );

    expect(pipeline.inference?.functions[0]).toMatchObject({
      system: { source: 'Summarize the following text:' },
      user: { source: '{{ text }}' },
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a name with a dash', { ...summary, name: 'my-name' }, 'functions[0].name: found "my-name"'],
    ['a name of 25 letters', { ...summary, name: 'a'.repeat(25) }, 'functions[0].name'],
    ['the name of the other endpoint', { ...summary, name: 'embeddings' }, 'found "embeddings", expected another name'],
    [
      'no user prompt',
      { api: 'chat', name: 'summary' },
      'functions[0].user: found nothing, expected a text or prompt(file)',
    ],
    ['a function made by hand', { name: 'summary', user: 'x' }, 'found no api, expected a function made by chat({…})'],
    [
      'a temperature out of range',
      { ...summary, temperature: 3 },
      'functions[0].temperature: found 3, expected a number from 0 to 2',
    ],
    ['a misspelt key', { ...summary, sytem: 'x' }, 'functions[0].sytem: found an unknown key, expected "system"?'],
    [
      'a processor that is not a function',
      { ...summary, process: 'x' },
      'functions[0].process: found "x", expected a function',
    ],
    [
      'a forEach that is not a parameter',
      { ...summary, forEach: 'questions' },
      'functions[0].forEach: found "questions"',
    ],
    [
      'a missing prompt file',
      { ...summary, user: prompt('no.md') },
      'found a file that cannot be read: "no.md" (no such file)',
    ],
    [
      'a schema that is not an object',
      { ...summary, responseFormat: { type: 'array', items: {} } },
      'responseFormat.type: found "array"',
    ],
    ['a schema with a misspelt type', { ...summary, responseFormat: { type: 'objekt' } }, 'responseFormat'],
    [
      'a schema with optional properties',
      {
        ...summary,
        responseFormat: { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false },
      },
      'responseFormat.required: found a left out',
    ],
    [
      'a schema that allows additional properties',
      { ...summary, responseFormat: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } },
      'responseFormat.additionalProperties: found nothing, expected false',
    ],
    [
      'a body that is no object',
      { ...summary, body: ['x'] },
      'functions[0].body: found a list of 1, expected an object',
    ],
    [
      'a body with the messages',
      { ...summary, body: { messages: [] } },
      'functions[0].body.messages: found an empty list, expected nothing: system and user makes it',
    ],
    [
      'a body with another model',
      { ...summary, body: { model: 'x' } },
      'body.model: found "x", expected nothing: model',
    ],
    [
      'a body with the limit',
      { ...summary, body: { max_tokens: 9 } },
      'body.max_tokens: found 9, expected nothing: maxTokens',
    ],
    [
      'a body with the limit under its other name',
      { ...summary, body: { max_completion_tokens: 9 } },
      'body.max_completion_tokens: found 9, expected nothing: maxTokens',
    ],
    [
      'a body with a temperature beside that of the function',
      { ...summary, body: { temperature: 1 } },
      'body.temperature: found 1, expected nothing: temperature',
    ],
    ['a stream', { ...summary, body: { stream: true } }, 'body.stream: found true, expected nothing: a batch'],
    ['several answers', { ...summary, body: { n: 3 } }, 'body.n: found 3, expected 1: only one answer is written'],
    [
      'two response formats of chat',
      { ...summary, responseFormat: emptySchema, body: { response_format: { type: 'json_object' } } },
      'body.response_format: found an object, expected nothing: responseFormat',
    ],
    [
      'two response formats of responses',
      { ...summary, api: 'responses', responseFormat: emptySchema, body: { text: { format: { type: 'text' } } } },
      'body.text.format: found an object, expected nothing: responseFormat',
    ],
    [
      'the input of responses',
      { ...summary, api: 'responses', body: { input: 'x' } },
      'body.input: found "x", expected nothing: user',
    ],
    [
      'a background response',
      { ...summary, api: 'responses', body: { background: true } },
      'body.background: found true',
    ],
    [
      'a body with a template',
      { ...summary, body: { metadata: { of: '{{ _id }}' } } },
      'body.metadata.of: found "{{ _id }}", expected a text without a template',
    ],
    [
      'a body that JSON cannot say',
      { ...summary, body: { seed: NaN, tools: [{ call: () => 1 }] } },
      'body.tools[0].call: found a function, expected a value that JSON can say',
    ],
    [
      'a limit below what the model takes',
      { ...summary, api: 'responses', model: 'openai/gpt-5-mini', maxTokens: 10 },
      'functions[0].maxTokens: found 10, expected at least 16, the least that openai/gpt-5-mini takes on /v1/responses',
    ],
    [
      'an answer longer than the model gives',
      { ...summary, model: 'gpt-4o-mini-2024-07-18', maxTokens: 20_000 },
      'functions[0].maxTokens: found 20000, expected at most 16384, the most that gpt-4o-mini-2024-07-18 answers',
    ],
    [
      'an answer longer than the base model of a deployment gives',
      { ...summary, model: 'my-deployment', baseModel: 'gpt-4', maxTokens: 9_000 },
      'functions[0].maxTokens: found 9000, expected at most 8192, the most that gpt-4 answers',
    ],
    [
      'the name of the limit on responses',
      { ...summary, api: 'responses', tokenLimitField: 'max_tokens' },
      'functions[0].tokenLimitField',
    ],
    [
      'an unknown name of the limit',
      { ...summary, tokenLimitField: 'maxTokens' },
      'tokenLimitField: found "maxTokens", expected "max_tokens" or "max_completion_tokens"',
    ],
  ])('inference: refuses %s', (_, definition, expected) => {
    expect(problemsWith({ inference: { functions: [definition] } }).join('\n')).toContain(expected);
  });

  it('a syntax error in a template is reported with file and line', () => {
    const files = { 'text.liquid': 'First line\n{% if text %}\nno end\n', 'bad.liquid': 'a\nb\n{{ text | upcas }}' };
    const functions = [
      chat({ name: 'one', user: prompt('text.liquid') }),
      chat({ name: 'two', user: prompt('bad.liquid') }),
    ];

    const problems = problemsWith({ inference: { functions } }, files);

    expect(problems).toEqual([
      'a.pipeline.ts: inference.functions[0].user: found a template that does not parse (text.liquid, line 2): tag {% if text %} not closed, expected a Liquid template',
      'a.pipeline.ts: inference.functions[1].user: found a template that does not parse (bad.liquid, line 3): undefined filter: upcas, expected a Liquid template',
    ]);
  });

  it.each([
    [
      '{{ name | default("unknown") }}',
      'a filter with ( ) is Jinja syntax; in Liquid write a colon: {{ name | default: "unknown" }}',
    ],
    ['{% set a = 1 %}', '{% assign name = value %}'],
    ['{% if a %}{% elif b %}{% endif %}', '{% elsif … %}'],
    ['{{ a if b else c }}', '{% if … %}…{% else %}…{% endif %}'],
    ['{# to do #}', '{% comment %}'],
    ['{% if a is defined %}{% endif %}', '{% if name %}'],
    ['{{ list | length }}', '{{ name | size }}'],
    ['{{ object | tojson }}', '{{ name | json }}'],
    ['{% for one in list %}{{ loop.index }}{% endfor %}', '{{ forloop.index }}'],
  ])('C4: Jinja syntax is reported with the same in Liquid: %s', (template, expected) => {
    const problems = problemsWith({ inference: { functions: [{ ...summary, user: `Hello\n${template}` }] } });

    expect(problems.join('\n')).toContain('functions[0].user: found a template that does not parse (line 2): ');
    expect(problems.join('\n')).toContain(expected);
  });

  it.each([
    '{{ a | default: "what if it is defined (or not)" }}',
    '{% raw %}{# kept #} {{ a if b else c }}{% endraw %}',
    'If (a) is set, elif is a word: {"a": {"b": 1}}',
    '{% if a == "x" and b %}{% elsif c %}{% else %}{% endif %}',
    '{% for one in list %}{{ forloop.index }}{{ one | json }}{% endfor %}',
  ])('C4: valid Liquid is not reported as Jinja: %s', (user) => {
    expect(problemsWith({ inference: { functions: [{ ...summary, user }] } })).toEqual([]);
  });

  it('a template cannot read other files', () => {
    for (const user of ['{% include "/etc/passwd" %}', '{% render "x" %}', '{% layout "x" %}']) {
      expect(problemsWith({ inference: { functions: [{ ...summary, user }] } }).join()).toContain('does not parse');
    }
  });

  it('Y5: a limit that comes from the setting and that the model cannot answer is reported with the setting', () => {
    const definition = { name: 'a', source: { collection: 'c' }, inference: { functions: [summary] } };

    expect(() => checked(definition, {}, { ...defaults, model: 'gpt-4', maxTokens: 9_000 })).toThrow(
      'functions[0].maxTokens: found 9000, expected at most 8192, the most that gpt-4 answers; ' +
        'set it here, or lower the setting OPENAI_MAX_TOKENS',
    );
  });

  it('function names are unique and differ from the names of items', () => {
    const functions = [
      { ...summary, name: 'qa', forEach: 'questions' },
      { ...summary, name: 'qa_0' },
      { ...summary, name: 'summary' },
      summary,
    ];

    const problems = problemsWith({ parameters: { questions: 'string[]' }, inference: { functions } });

    expect(problems).toEqual([
      'a.pipeline.ts: inference.functions[1].name: found "qa_0", expected a name that no item of "qa" has (qa_0, qa_1 …)',
      'a.pipeline.ts: inference.functions[3].name: found "summary" a second time, expected a name of its own',
    ]);
  });
});
