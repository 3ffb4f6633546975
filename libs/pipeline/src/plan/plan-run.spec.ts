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
const plan = (asked: RequestedRun): ReturnType<typeof planRun> =>
  planRun(pipeline, { ...asked, parameters: { companies, ...asked.parameters } });

describe('planRun', () => {
  it('I1: the run chooses the endpoint', () => {
    expect(plan({ endpoint: 'embeddings' })).toMatchObject({ endpoint: 'embeddings', functions: ['embeddings'] });
    expect(plan({ endpoint: 'inference' })).toMatchObject({
      endpoint: 'inference',
      functions: ['summary', 'qa_0', 'qa_1'],
    });
  });

  it('R10: doing documents again leaves out what the query says of their status', () => {
    const naming = (queryTemplate: Record<string, unknown>) =>
      aPipeline({ source: { collection: 'c', queryTemplate }, embeddings: embeddingsOf() });
    const query = { embedding_status: 'pending', type: 'ip' };

    expect(planRun(naming(query), {})).toMatchObject({ filter: query, redo: null, namesStatusField: true });
    expect(planRun(naming(query), { redo: 'all' })).toMatchObject({
      filter: { type: 'ip' },
      redo: 'all',
      namesStatusField: true,
    });
    expect(() => planRun(naming({ $or: [query] }), { redo: 'failed' })).toThrow(
      expect.objectContaining({ code: 'run.redo-ambiguous', message: expect.stringContaining('embedding_status') }),
    );
  });

  it('C1: a query that wants a status which is not the pending one stops the run, with what to write', () => {
    const wanting = (status: string, pending = 'pending') =>
      aPipeline({
        source: { collection: 'c', queryTemplate: { embedding_status: status } },
        embeddings: { ...embeddingsOf(), status: { pending } },
      });

    expect(() => planRun(wanting('new'), {})).toThrow(
      'source.queryTemplate wants embedding_status "new", and what is pending has "pending" there; ' +
        'leave it out of the query, or set embeddings.status.pending to "new"',
    );
    expect(planRun(wanting('new', 'new'), {}).filter).toEqual({ embedding_status: 'new' });
    expect(planRun(wanting('failed'), { redo: 'failed' }).filter).toEqual({});
  });

  it('without an endpoint it is the one that has the functions asked for, or the default, or the only one', () => {
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

  it('E1: a list in a text is parted at its commas, or is JSON where its items have some', () => {
    const questionsOf = (questions: string) =>
      plan({ endpoint: 'inference', parameters: { questions } }).parameters['questions'];

    expect(questionsOf('Why?, When?')).toEqual(['Why?', 'When?']);
    expect(questionsOf('["What, where?", "When?"]')).toEqual(['What, where?', 'When?']);
    expect(() => questionsOf('["What')).toThrow('wanted a list of texts');
  });

  it('I2: a run chooses among the functions, whole lists or single items, in the order of the pipeline', () => {
    expect(plan({ endpoint: 'inference', functions: ['qa', 'summary', 'qa'] }).functions).toEqual([
      'summary',
      'qa_0',
      'qa_1',
    ]);
    expect(plan({ endpoint: 'inference', functions: ['qa_1'] }).functions).toEqual(['qa_1']);
    expect(plan({ endpoint: 'inference', functions: [] }).functions).toEqual(['summary', 'qa_0', 'qa_1']);
  });

  it('I2: each question is a function of its own', () => {
    const asked = plan({ endpoint: 'inference', parameters: { questions: ['Who?'] } });

    expect(asked.functions).toEqual(['summary', 'qa_0']);
    expect(asked.planned.get('qa_0')?.item).toEqual({ value: 'Who?', index: 0 });
  });

  it('planning again what a plan says gives the same plan', () => {
    const first = plan({ endpoint: 'inference', functions: ['qa'], parameters: { year: '2024' } });

    const again = planRun(pipeline, {
      endpoint: first.endpoint,
      functions: first.functions,
      parameters: first.parameters,
    });

    expect(again).toEqual(first);
  });

  it('texts from a command line become the types of the parameters', () => {
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
    ['no endpoint', {}, 'run.endpoint-needed', 'offers embeddings and inference: say which endpoint to run'],
    [
      'an unknown function',
      { endpoint: 'inference', functions: ['sumary'] },
      'run.unknown-function',
      'Did you mean "summary"?',
    ],
    [
      'an item that is not there',
      { endpoint: 'inference', functions: ['qa_2'] },
      'run.unknown-function',
      'wanted one of summary, qa, qa_0, qa_1',
    ],
    [
      'a function of the other endpoint',
      { endpoint: 'embeddings', functions: ['qa'] },
      'run.unknown-function',
      'wanted one of embeddings',
    ],
    [
      'an unknown parameter',
      { endpoint: 'embeddings', parameters: { doctype: 'x' } },
      'run.unknown-parameter',
      'wanted one of companies, docType, year, audited, questions. Did you mean "docType"?',
    ],
    [
      'a number that is none',
      { endpoint: 'embeddings', parameters: { year: 'x' } },
      'run.wrong-parameter',
      'year is "x", wanted a number',
    ],
    [
      'a list of other things',
      { endpoint: 'embeddings', parameters: { companies: [1] } },
      'run.wrong-parameter',
      'wanted a list of texts',
    ],
    [
      'a missing parameter',
      { endpoint: 'embeddings', parameters: { companies: undefined } },
      'run.missing-parameter',
      'companies is missing',
    ],
    [
      'an empty list to ask',
      { functions: ['qa'], parameters: { questions: [] } },
      'run.no-functions',
      'questions has no items',
    ],
  ])('S4: refuses %s and says what there is', (_, asked, code, message) => {
    expect(() => plan(asked)).toThrow(
      expect.objectContaining({ kind: 'ValidationError', code, message: expect.stringContaining(message) }),
    );
  });

  it('a pipeline without parameters says so', () => {
    const bare = aPipeline({ embeddings: embeddingsOf() });

    expect(() => planRun(bare, { parameters: { a: 1 } })).toThrow('wanted none: it takes none');
  });

  it('C2: a plain filter is used as it is, a function gets the parameters', () => {
    const filter = { ai_status: 'pending', at: { $lt: new Date(0) } };

    const plain = planRun(
      aPipeline({ source: { collection: 'c', queryTemplate: filter }, embeddings: embeddingsOf() }),
      {},
    );

    expect(plain.filter).toBe(filter);
    expect(plan({ endpoint: 'embeddings' }).filter).toEqual({ company: { $in: ['JKHY'] }, doc_type: 'Annual Report' });
  });

  it('says whether the query names the status field of its endpointPlan, at any depth', () => {
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
    ['returns no filter', () => [], 'queryTemplate returned an empty list, wanted a filter'],
  ])('a query that %s is refused before anything is spent', (_, queryTemplate, message) => {
    const broken = checked({ name: 'a', source: { collection: 'c', queryTemplate }, embeddings: embeddingsOf() });

    expect(() => planRun(broken, {})).toThrow(
      expect.objectContaining({ code: 'run.query-failed', message: expect.stringContaining(message) }),
    );
  });
});
