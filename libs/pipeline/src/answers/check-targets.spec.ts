import type { SourceDocument } from '@batchmill/documents';
import { describe, expect, it } from '@jest/globals';
import { Long } from 'bson';
import { chat } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import { renderRequests } from '../requests/render-requests.js';
import { aPipeline } from '../testing/a-pipeline.js';

type Options = Partial<Parameters<typeof chat>[0]>;

/** The message of the failure; null when the document is requested. */
async function problemWith(document: SourceDocument, options: Options): Promise<string | null> {
  const functions = [chat({ name: 'short', user: 'x', ...options })];
  const plan = planRun(aPipeline({ inference: { functions } }), {});
  const { failures, requests } = await renderRequests(plan, { _id: 'd', doc_id: 'p', ...document }, ['short']);
  expect(failures.length + requests.length).toBe(1);
  return failures[0]?.error.message ?? null;
}

const set = (key: string): Options => ({ responseTemplate: { $set: { [key]: '{{response_content}}' } } });

describe('a document that cannot hold the answer', () => {
  it.each<[string, SourceDocument, Options, string]>([
    ['null in place of the list of answers', { event_response: null }, {}, 'null at "event_response"'],
    ['a text in place of the list of answers', { event_response: 'text' }, {}, 'a text at "event_response"'],
    ['an object in place of the list of answers', { event_response: {} }, {}, 'an object at "event_response"'],
    ['null on the path', { answers: null }, set('answers.short'), 'null at "answers"'],
    ['a text on the path', { answers: { by: 'text' } }, set('answers.by.short'), 'a text at "answers.by"'],
    ['a list on the path', { answers: [] }, set('answers.short'), 'a list at "answers"'],
    ['a date on the path', { answers: new Date(0) }, set('answers.short'), 'a date at "answers"'],
    ['null before a key that is a template', { answers: null }, set('answers.{{function}}'), 'null at "answers"'],
    ['null in place of a number', { count: null }, { responseTemplate: { $inc: { count: 1 } } }, 'null at "count"'],
  ])('I2: with %s is reported before it is paid', async (_, document, options, problem) => {
    expect(await problemWith(document, options)).toContain(`the document has ${problem}; unset that`);
  });

  it.each<[string, SourceDocument, Options]>([
    ['nothing there', {}, set('answers.short')],
    ['a list of answers', { event_response: [{}] }, {}],
    ['an object on the path', { answers: { other: 1 } }, set('answers.short')],
    ['any value at the end of the path', { answers: { short: null } }, set('answers.short')],
    ['a position in a list', { answers: [{}] }, set('answers.0.short')],
    ['a key that is a template', { answers: { short: null } }, set('answers.{{function}}')],
    ['a number', { count: Long.fromNumber(1) }, { responseTemplate: { $inc: { count: 1 } } }],
    ['nothing to remove', { answers: null }, { responseTemplate: { $unset: { 'answers.short': '' } } }],
    ['code that decides', { answers: null }, { responseTemplate: () => ({ $set: { 'answers.short': 1 } }) }],
  ])('I2: with %s it can', async (_, document, options) => {
    expect(await problemWith(document, options)).toBeNull();
  });
});
