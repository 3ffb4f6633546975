import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/prompt-function-definition.js';
import { aPipeline, checked, embeddingsOf } from '../testing/a-pipeline.js';
import { planRun } from './plan-run.js';
import type { RequestedRun } from './run-plan.js';

const pipeline = aPipeline({
  parameters: {
    companies: 'string[]',
    docType: { type: 'string', default: 'Annual Report' },
    year: { type: 'number', required: false },
    audited: { type: 'boolean', required: false },
    questions: { type: 'string[]', default: ['Why?', 'When?'] },
  },
  source: {
    collection: 'blocks',
    queryTemplate: (parameters) => ({ company: { $in: parameters['companies'] }, doc_type: parameters['docType'] }),
  },
  embeddings: embeddingsOf(),
  inference: {
    functions: [
      chat({ name: 'summary', user: '{{ text }}' }),
      chat({ name: 'qa', forEach: 'questions', user: '{{ question }}' }),
    ],
  },
});
const companies = ['JKHY'];
const plan = (request: RequestedRun): ReturnType<typeof planRun> =>
  planRun(pipeline, { ...request, parameters: { companies, ...request.parameters } });

describe('planRun', () => {
  it('I1: the run chooses the endpoint', () => {
    expect(plan({ endpoint: 'embeddings' })).toMatchObject({ endpoint: 'embeddings', functions: ['embeddings'] });
    expect(plan({ endpoint: 'inference' })).toMatchObject({
      endpoint: 'inference',
      functions: ['summary', 'qa_0', 'qa_1'],
    });
  });

  it('R10: a redo removes the conditions on the status from the query', () => {
    const naming = (queryTemplate: Record<string, unknown>) =>
      aPipeline({ source: { collection: 'c', queryTemplate }, embeddings: embeddingsOf() });
    const query = { embedding_status: 'pending', type: 'ip' };

    expect(planRun(naming(query), {})).toMatchObject({ filter: query, redo: null, namesStatusField: true });
    expect(planRun(naming(query), { redo: 'all' })).toMatchObject({
      filter: { type: 'ip' },
      redo: 'all',
      namesStatusField: true,
    });
    expect(planRun(naming(query), {}).endedFilter).toEqual({ type: 'ip' });
    expect(planRun(naming({ $or: [query] }), {}).endedFilter).toBeNull();
    expect(() => planRun(naming({ $or: [query] }), { redo: 'failed' })).toThrow(
      expect.objectContaining({ code: 'run.redo-ambiguous', message: expect.stringContaining('embedding_status') }),
    );
  });

  it('C1: a query for another status than the pending one rejects the run and says what to write', () => {
    const querying = (status: string, pending = 'pending') =>
      aPipeline({
        source: { collection: 'c', queryTemplate: { embedding_status: status } },
        embeddings: { ...embeddingsOf(), status: { pending } },
      });

    expect(() => planRun(querying('new'), {})).toThrow(
      'source.queryTemplate requires embedding_status "new", but pending documents have "pending". ' +
        'Leave the field out of the query, or set embeddings.status.pending to "new"',
    );
    expect(planRun(querying('new', 'new'), {}).filter).toEqual({ embedding_status: 'new' });
    expect(planRun(querying('failed'), { redo: 'failed' }).filter).toEqual({});
  });

  it('without an endpoint, a run takes the one with the requested functions, the default or the only one', () => {
    const both = {
      name: 'a',
      source: { collection: 'c' },
      embeddings: embeddingsOf(),
      inference: { functions: [chat({ name: 'f', user: 'x' })] },
    };

    expect(planRun(checked(both), { functions: ['f'] }).endpoint).toBe('inference');
    expect(planRun(checked({ ...both, defaultEndpoint: 'embeddings' }), {}).endpoint).toBe('embeddings');
    expect(planRun(aPipeline({ embeddings: embeddingsOf() }), {}).endpoint).toBe('embeddings');
  });

  it('E1: a list as text is split at commas, or is JSON when its items contain commas', () => {
    const questionsOf = (questions: string) =>
      plan({ endpoint: 'inference', parameters: { questions } }).parameters['questions'];

    expect(questionsOf('Why?, When?')).toEqual(['Why?', 'When?']);
    expect(questionsOf('["What, where?", "When?"]')).toEqual(['What, where?', 'When?']);
    expect(() => questionsOf('["What')).toThrow('expected a list of texts');
  });

  it('I2: a run may choose functions, lists of items and single items, in the order of the pipeline', () => {
    expect(plan({ endpoint: 'inference', functions: ['qa', 'summary', 'qa'] }).functions).toEqual([
      'summary',
      'qa_0',
      'qa_1',
    ]);
    expect(plan({ endpoint: 'inference', functions: ['qa_1'] }).functions).toEqual(['qa_1']);
    expect(plan({ endpoint: 'inference', functions: [] }).functions).toEqual(['summary', 'qa_0', 'qa_1']);
  });

  it('I2: each question is a function of its own', () => {
    const planned = plan({ endpoint: 'inference', parameters: { questions: ['Who?'] } });

    expect(planned.functions).toEqual(['summary', 'qa_0']);
    expect(planned.planned.get('qa_0')?.item).toEqual({ value: 'Who?', index: 0 });
  });

  it('planning a run again from its plan gives an equal plan', () => {
    const first = plan({ endpoint: 'inference', functions: ['qa'], parameters: { year: '2024' } });

    const again = planRun(pipeline, {
      endpoint: first.endpoint,
      functions: first.functions,
      parameters: first.parameters,
    });

    expect(again).toEqual(first);
  });

  it('texts from a command line are converted to the types of the parameters', () => {
    const { parameters } = plan({
      endpoint: 'embeddings',
      parameters: { companies: 'JKHY, AAPL,,', year: '2024', audited: 'true' },
    });

    expect(parameters).toEqual({
      companies: ['JKHY', 'AAPL'],
      docType: 'Annual Report',
      year: 2024,
      audited: true,
      questions: ['Why?', 'When?'],
    });
  });

  it.each<[string, RequestedRun, string, string]>([
    [
      'an unknown endpoint',
      { endpoint: 'other' as 'embeddings' },
      'run.unknown-endpoint',
      'it offers embeddings and inference',
    ],
    ['no endpoint', {}, 'run.endpoint-needed', 'offers embeddings and inference: choose the endpoint to run'],
    [
      'an unknown function',
      { endpoint: 'inference', functions: ['sumary'] },
      'run.unknown-function',
      'Did you mean "summary"?',
    ],
    [
      'an item that does not exist',
      { endpoint: 'inference', functions: ['qa_2'] },
      'run.unknown-function',
      'expected one of summary, qa, qa_0, qa_1',
    ],
    [
      'a function of the other endpoint',
      { endpoint: 'embeddings', functions: ['qa'] },
      'run.unknown-function',
      'expected one of embeddings',
    ],
    [
      'an unknown parameter',
      { endpoint: 'embeddings', parameters: { doctype: 'x' } },
      'run.unknown-parameter',
      'expected one of companies, docType, year, audited, questions. Did you mean "docType"?',
    ],
    [
      'a text for a number',
      { endpoint: 'embeddings', parameters: { year: 'x' } },
      'run.wrong-parameter',
      'year is "x", expected a number',
    ],
    [
      'a list of numbers for texts',
      { endpoint: 'embeddings', parameters: { companies: [1] } },
      'run.wrong-parameter',
      'expected a list of texts',
    ],
    [
      'a missing parameter',
      { endpoint: 'embeddings', parameters: { companies: undefined } },
      'run.missing-parameter',
      'companies is missing',
    ],
    [
      'an empty list of items',
      { functions: ['qa'], parameters: { questions: [] } },
      'run.no-functions',
      'questions has no items',
    ],
  ])('S4: refuses %s and says what the pipeline offers', (_, request, code, message) => {
    expect(() => plan(request)).toThrow(
      expect.objectContaining({ kind: 'ValidationError', code, message: expect.stringContaining(message) }),
    );
  });

  it('the error of an unknown parameter says that the pipeline has none', () => {
    const bare = aPipeline({ embeddings: embeddingsOf() });

    expect(() => planRun(bare, { parameters: { a: 1 } })).toThrow('expected none: it has no parameters');
  });

  it('C2: the query is the filter itself, or the result of a function of the parameters', () => {
    const filter = { ai_status: 'pending', at: { $lt: new Date(0) } };

    const plain = planRun(
      aPipeline({ source: { collection: 'c', queryTemplate: filter }, embeddings: embeddingsOf() }),
      {},
    );

    expect(plain.filter).toBe(filter);
    expect(plan({ endpoint: 'embeddings' }).filter).toEqual({ company: { $in: ['JKHY'] }, doc_type: 'Annual Report' });
  });

  it('tells whether the query mentions the status field of its endpoint, at any depth', () => {
    const named = (queryTemplate: Record<string, unknown>): boolean =>
      planRun(aPipeline({ source: { collection: 'c', queryTemplate }, embeddings: embeddingsOf() }), {})
        .namesStatusField;

    expect(named({ embedding_status: 'pending' })).toBe(true);
    expect(named({ $or: [{ a: 1 }, { $and: [{ 'embedding_status.x': { $exists: false } }] }] })).toBe(true);
    expect(named({ ai_status: 'pending', other: 'embedding_status' })).toBe(false);
  });

  it.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new TypeError('no companies');
      },
      'queryTemplate threw: no companies',
    ],
    ['does not return a filter', () => [], 'queryTemplate returned an empty list, expected a filter'],
  ])('a query that %s rejects the run before anything is spent', (_, queryTemplate, message) => {
    const broken = checked({ name: 'a', source: { collection: 'c', queryTemplate }, embeddings: embeddingsOf() });

    expect(() => planRun(broken, {})).toThrow(
      expect.objectContaining({ code: 'run.query-failed', message: expect.stringContaining(message) }),
    );
  });
});
