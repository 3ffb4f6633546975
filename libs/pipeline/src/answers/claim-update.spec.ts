import { describe, expect, it } from '@jest/globals';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { UpdateFunction } from '../definition/template-functions.js';
import type { UpdateOperators } from '../definition/mongo-operators.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { renderUpdateTemplate } from './claim-update.js';

const at = { now: new Date('2025-03-01T10:00:00Z'), runId: 'run-1' };
const planWith = (updateTemplate?: UpdateOperators | UpdateFunction): RunPlan =>
  planRun(
    aPipeline({
      parameters: { by: { type: 'string', default: 'me' } },
      embeddings: { ...embeddingsOf(), ...(updateTemplate === undefined ? {} : { updateTemplate }) },
    }),
    {},
  );

describe('claimUpdate', () => {
  it('C2: renders the user’s update for a claimed document, without the status', () => {
    const plan = planWith({
      $set: { embedding_status: 'in_progress', taken: { at: '{{current_date}}', by: '{{by}}' } },
      $inc: { n: 1 },
    });

    expect(renderUpdateTemplate(plan, at)).toEqual({ $set: { taken: { at: at.now, by: 'me' } }, $inc: { n: 1 } });
  });

  it('is empty when the pipeline has no update template', () => {
    expect(renderUpdateTemplate(planWith(), at)).toEqual({});
  });

  it('C2: the template may be a function of the same variables', () => {
    const plan = planWith(({ current_date, run_id, by }) => ({
      $set: { embedding_status: 'in_progress', taken: { at: current_date, run: run_id, by } },
    }));

    expect(renderUpdateTemplate(plan, at)).toEqual({ $set: { taken: { at: at.now, run: 'run-1', by: 'me' } } });
  });

  it('C2: a missing variable rejects the run before a document is claimed', () => {
    expect(() => planWith({ $set: { a: '{{company}}' } })).toThrow(
      expect.objectContaining({ kind: 'ValidationError', code: 'template.missing-value' }),
    );
  });

  it.each<[string, unknown, string]>([
    [
      'another status',
      { $set: { embedding_status: 'mine' } },
      'a key under $set writes "embedding_status", which is reserved',
    ],
    [
      'the marks',
      { $unset: { 'embedding_processing_info.x': 1 } },
      'writes "embedding_processing_info", which is reserved',
    ],
    [
      'a rename into the status',
      { $rename: { a: 'embedding_status' } },
      'writes "embedding_status", which is reserved',
    ],
    ['no operator', { a: 1 }, 'has a key that is not an operator'],
    ['no fields', { $set: 1 }, 'no object from fields to values under $set'],
    ['no update', 'x', 'is not an update such as'],
    ['nothing', undefined, 'is not an update such as'],
    ['a promise', Promise.resolve({}), 'is not an update such as'],
    ['an invalid path', { $set: { 'a..b': 1 } }, 'a key under $set is not a valid field'],
  ])('C2: a function that returns %s rejects the run', (_, result, message) => {
    expect(() => planWith(() => result as UpdateOperators)).toThrow(
      expect.objectContaining({
        kind: 'ValidationError',
        code: 'run.update-failed',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('C2: a function that throws rejects the run', () => {
    const throwing = (): never => {
      throw new Error('no team');
    };

    expect(() => planWith(throwing)).toThrow('Pipeline a-pipeline, embeddings.updateTemplate threw: no team');
  });
});
