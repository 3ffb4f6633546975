import { describe, expect, it } from '@jest/globals';
import { isBatchmillError } from '@batchmill/contracts';
import { chat } from '../definition/chat.js';
import { prompt } from '../definition/prompt.js';
import { lines } from '../definition/lines.js';
import { responses } from '../definition/responses.js';
import { aPipeline, checked, defaults, embeddingsOf } from '../testing/a-pipeline.js';

const summary = { api: 'chat', name: 'summary', user: '{{ text }}' };

function problemsOf(definition: unknown, files: Record<string, string> = {}): string[] {
  try {
    checked(definition, files);
  } catch (error) {
    if (!isBatchmillError(error)) throw error;
    expect(error.code).toBe('pipeline.invalid');
    expect(error.kind).toBe('ValidationError');
    return error.message.split('\n');
  }
  return [];
}

function problemsWith(part: Record<string, unknown>, files: Record<string, string> = {}): string[] {
  return problemsOf({ name: 'a-pipeline', source: { collection: 'blocks' }, ...part }, files);
}

describe('checkPipeline', () => {
  it('C1 C2: fills in what a definition leaves out', () => {
    const pipeline = aPipeline({
      embeddings: embeddingsOf(),
      inference: { functions: [chat({ name: 'summary', user: 'x' })] },
    });

    expect(pipeline.source).toMatchObject({ chunkIdField: '_id', parentIdField: 'doc_id', documentIdField: '_id' });
    expect(pipeline.embeddings).toMatchObject({
      endpoint: 'embeddings',
      infoField: 'embedding_processing_info',
      status: { field: 'embedding_status', pending: 'pending' },
      batchSize: 1000,
      functions: [{ model: 'text-embedding-3-small', dimensions: 1536, tooLong: 'fail' }],
      vectors: { collection: 'vectors', dimensions: 1536 },
    });
    expect(pipeline.inference).toMatchObject({
      endpoint: 'inference',
      infoField: 'processing_info',
      status: {
        field: 'ai_status',
        pending: 'pending',
        inProgress: 'in_progress',
        completed: 'completed',
        failed: 'failed',
      },
      batchSize: 100,
      functions: [{ model: 'gpt-4o-mini', temperature: 0.1, maxTokens: 500, url: '/v1/chat/completions' }],
    });
    expect(pipeline.inference?.functions[0]).toMatchObject({
      responseTemplate: {
        source: {
          $push: { event_response: { talking_points: '{{response_content}}', created_date: '{{current_date}}' } },
        },
      },
    });
    expect(pipeline.batch).toEqual({
      batchSize: { embeddings: 1000, inference: 100 },
      completionWindow: '24h',
      pollIntervalMs: 300_000,
      maxRetries: 3,
    });
  });

  it('C6: the definition wins over the settings, the settings over what is built in', () => {
    const settings = {
      ...defaults,
      model: 'gpt-4.1',
      embeddingModel: 'text-embedding-3-large',
      collection: 'from_settings',
      systemPrompt: 'Be brief.',
      userPrompt: '{{ body }}',
    };
    const definition = {
      name: 'a-pipeline',
      source: {},
      embeddings: { ...embeddingsOf(), batchSize: 7 },
      inference: { functions: [chat({ name: 'one' }), responses({ name: 'two', model: 'gpt-4o', user: 'mine' })] },
      batch: { batchSize: 50, maxRetries: 0 },
    };

    const pipeline = checked(definition, {}, settings);

    expect(pipeline.source.collection).toBe('from_settings');
    expect(pipeline.embeddings?.functions[0]?.model).toBe('text-embedding-3-large');
    expect(pipeline.inference?.functions).toMatchObject([
      { model: 'gpt-4.1', system: { source: 'Be brief.' }, user: { source: '{{ body }}' } },
      { model: 'gpt-4o', user: { source: 'mine' }, url: '/v1/responses' },
    ]);
    expect(pipeline.batch).toMatchObject({ batchSize: { embeddings: 7, inference: 50 }, maxRetries: 0 });
  });

  it('C4: prompts come from files beside the pipeline, without the newline that ends a file', () => {
    const pipeline = aPipeline(
      { inference: { functions: [chat({ name: 'summary', system: prompt('s.md'), user: prompt('u.liquid') })] } },
      { 's.md': 'Summarize the following text:\n', 'u.liquid': '{{ text }}\n' },
    );

    expect(pipeline.inference?.functions[0]).toMatchObject({
      system: { source: 'Summarize the following text:' },
      user: { source: '{{ text }}' },
    });
  });

  it('E1: the default of a list may be the lines of a file', () => {
    const pipeline = aPipeline(
      { parameters: { companies: { type: 'string[]', default: lines('admin_list.txt') } }, embeddings: embeddingsOf() },
      { 'admin_list.txt': '# companies\r\nJKHY\r\n\r\n  AAPL \n' },
    );

    expect(pipeline.parameters['companies']).toMatchObject({ default: ['JKHY', 'AAPL'], required: false });
  });

  it('tells everything that is wrong at once, each with file, key, what was found and what was expected', () => {
    const problems = problemsOf({
      name: 'A Pipeline',
      sourc: {},
      embeddings: { text: 'text', dimension: 4, dimensions: 4096, vectors: { collection: '1st' } },
      batch: { batchSize: 0 },
    });

    expect(problems).toEqual([
      'a.pipeline.ts: sourc: found a key that is not known, expected "source"? The keys are name, description, parameters, source, defaultEndpoint, embeddings, inference, batch',
      'a.pipeline.ts: name: found "A Pipeline", expected a name of lower-case letters, digits and dashes that starts with a letter (at most 64)',
      'a.pipeline.ts: source: found nothing, expected an object with collection, queryTemplate, chunkIdField, parentIdField, documentIdField, fieldMap, preprocessFunctions',
      'a.pipeline.ts: source.collection: found nothing, expected the name of a collection here, or the setting MONGODB_COLLECTION',
      'a.pipeline.ts: batch.batchSize: found 0, expected a whole number from 1 to 50000',
      'a.pipeline.ts: embeddings.dimension: found a key that is not known, expected "dimensions"? The keys are model, dimensions, text, tooLong, vectors, status, processingInfoField, updateTemplate, batchSize',
      'a.pipeline.ts: embeddings.dimensions: found 4096, expected 1 to 1536, which is what text-embedding-3-small offers',
      'a.pipeline.ts: embeddings.vectors.collection: found "1st", expected the name of a collection of vectors: letters, digits and _, not starting with a digit',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no object', undefined, 'found nothing, expected an object with name'],
    ['no endpoint', { name: 'a', source: { collection: 'c' } }, 'found neither embeddings nor inference'],
    [
      'a default endpoint that is not offered',
      { name: 'a', source: { collection: 'c' }, embeddings: embeddingsOf(), defaultEndpoint: 'inference' },
      'defaultEndpoint: found "inference", expected an endpoint that the pipeline offers',
    ],
  ])('refuses %s', (_, definition, expected) => {
    expect(problemsOf(definition).join('\n')).toContain(expected);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no text field', { vectors: { collection: 'v' } }, 'embeddings.text: found nothing'],
    ['no vectors', { text: 't' }, 'embeddings.vectors: found nothing'],
    [
      'a wrong choice',
      { ...embeddingsOf(), tooLong: 'cut' },
      'embeddings.tooLong: found "cut", expected "fail" or "truncate"',
    ],
    [
      'an empty status field',
      { ...embeddingsOf(), status: { field: '' } },
      'embeddings.status.field: found "", expected a field',
    ],
    ['a status field that no store takes', { ...embeddingsOf(), status: { field: 'a..b' } }, 'embeddings.status.field'],
    ['the id as status', { ...embeddingsOf(), status: { field: '_id' } }, 'expected another field than _id'],
    [
      'two equal states',
      { ...embeddingsOf(), status: { failed: 'completed' } },
      'embeddings.status: found two equal values',
    ],
    [
      'a status within the bookkeeping',
      { ...embeddingsOf(), status: { field: 'info.status' }, processingInfoField: 'info' },
      'embeddings.processingInfoField: found "info" beside the status field "info.status"',
    ],
    [
      'ada with other dimensions',
      { ...embeddingsOf(), model: 'text-embedding-ada-002', dimensions: 512 },
      'expected 1536, which',
    ],
  ])('embeddings: refuses %s', (_, embeddings, expected) => {
    expect(problemsWith({ embeddings }).join('\n')).toContain(expected);
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
    [
      'a misspelt key',
      { ...summary, sytem: 'x' },
      'functions[0].sytem: found a key that is not known, expected "system"?',
    ],
    ['a processor that is none', { ...summary, process: 'x' }, 'functions[0].process: found "x", expected a function'],
    ['a list that is no parameter', { ...summary, forEach: 'questions' }, 'functions[0].forEach: found "questions"'],
    [
      'a prompt that is not there',
      { ...summary, user: prompt('no.md') },
      'found a file that cannot be read: "no.md" (no such file)',
    ],
    [
      'a schema that is no object',
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
      'a schema that is open',
      { ...summary, responseFormat: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] } },
      'responseFormat.additionalProperties: found nothing, expected false',
    ],
  ])('inference: refuses %s', (_, asked, expected) => {
    expect(problemsWith({ inference: { functions: [asked] } }).join('\n')).toContain(expected);
  });

  it('a template with a syntax error is told with its file and line', () => {
    const files = { 'text.liquid': 'First line\n{% if text %}\nno end\n', 'bad.liquid': 'a\nb\n{{ text | upcas }}' };
    const asked = [
      chat({ name: 'one', user: prompt('text.liquid') }),
      chat({ name: 'two', user: prompt('bad.liquid') }),
    ];

    const problems = problemsWith({ inference: { functions: asked } }, files);

    expect(problems).toEqual([
      'a.pipeline.ts: inference.functions[0].user: found a template that does not parse (text.liquid, line 2): tag {% if text %} not closed, expected a Liquid template',
      'a.pipeline.ts: inference.functions[1].user: found a template that does not parse (bad.liquid, line 3): undefined filter: upcas, expected a Liquid template',
    ]);
  });

  it('a template cannot read other files', () => {
    for (const user of ['{% include "/etc/passwd" %}', '{% render "x" %}', '{% layout "x" %}']) {
      expect(problemsWith({ inference: { functions: [{ ...summary, user }] } }).join()).toContain('does not parse');
    }
  });

  it('function names are unique, and none looks like an item of another', () => {
    const functions = [
      { ...summary, name: 'qa', forEach: 'questions' },
      { ...summary, name: 'qa_0' },
      { ...summary, name: 'summary' },
      summary,
    ];

    const problems = problemsWith({ parameters: { questions: 'string[]' }, inference: { functions } });

    expect(problems).toEqual([
      'a.pipeline.ts: inference.functions[1].name: found "qa_0", expected a name that is none of the items of "qa" (qa_0, qa_1 …)',
      'a.pipeline.ts: inference.functions[3].name: found "summary" a second time, expected a name of its own',
    ]);
  });

  it('neither endpoint may use the marks of the other', () => {
    const problems = problemsWith({
      embeddings: { ...embeddingsOf(), status: { field: 'ai_status' } },
      inference: { functions: [summary], processingInfoField: 'embedding_processing_info.inference' },
    });

    expect(problems).toEqual([
      'a.pipeline.ts: inference.status.field: found "ai_status", which embeddings.status.field uses ("ai_status"), expected a field of its own',
      'a.pipeline.ts: inference.processingInfoField: found "embedding_processing_info.inference", which embeddings.processingInfoField uses ("embedding_processing_info"), expected a field of its own',
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'another status',
      { $set: { ai_status: 'done' } },
      'found "ai_status" set to "done", expected the status to be left to us',
    ],
    [
      'the bookkeeping',
      { $set: { 'processing_info.x': 1 } },
      'expected the bookkeeping in "processing_info" to be left to us',
    ],
    ['the id', { $set: { _id: 1 } }, 'expected another field: _id is never written'],
    [
      'a field twice',
      { $set: { a: 1 }, $push: { 'a.b': 1 } },
      'found "a.b" beside "a", expected each field to be written once',
    ],
    ['an unknown operator', { $pusch: { a: 1 } }, '$pusch: found an operator that is not known, expected "$push"?'],
    ['fields without operator', { a: 1 }, 'a: found an operator that is not known'],
    ['a template that does not parse', { $set: { a: '{{ x' } }, '$set.a: found a template that does not parse'],
  ])('C2: an update template that writes %s stops the start', (_, template, expected) => {
    const asResponse = problemsWith({ inference: { functions: [{ ...summary, responseTemplate: template }] } });
    const asUpdate = problemsWith({ inference: { functions: [summary], updateTemplate: template } });

    expect(asResponse.join('\n')).toContain(expected);
    expect(asUpdate.join('\n')).toContain(expected);
  });

  it('C2: setting the status to what it becomes anyway is no conflict, and left to our marks', () => {
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

  it.each<[string, unknown, string]>([
    ['an unknown type', { a: 'text' }, 'parameters.a: found "text", expected "string", "string[]"'],
    [
      'a default of another type',
      { a: { type: 'number', default: '5' } },
      'parameters.a.default: found "5", expected a number',
    ],
    ['lines for a text', { a: { type: 'string', default: lines('x') } }, 'found lines of a file, expected a string'],
    [
      'a list that is not there',
      { a: { type: 'string[]', default: lines('x') } },
      'found a file that cannot be read: "x"',
    ],
    ['a name with a dash', { 'a-b': 'string' }, 'parameters.a-b: found a name that cannot be one'],
  ])('parameters: refuses %s', (_, parameters, expected) => {
    expect(problemsWith({ parameters, embeddings: embeddingsOf() }).join('\n')).toContain(expected);
  });

  it('C3: a preprocess function names a variable of the field map', () => {
    const source = {
      collection: 'c',
      fieldMap: { patient_name: 'a.b' },
      preprocessFunctions: { patient_nam: () => '' },
    };

    expect(problemsWith({ source, embeddings: embeddingsOf() })).toEqual([
      'a.pipeline.ts: source.preprocessFunctions.patient_nam: found a variable that fieldMap does not have, expected "patient_name"?',
    ]);
  });
});
