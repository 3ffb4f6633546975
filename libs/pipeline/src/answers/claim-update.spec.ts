import { describe, expect, it } from '@jest/globals';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { UpdateFunction } from '../definition/template-functions.js';
import type { UpdateOperators } from '../definition/mongo-operators.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { claimUpdate } from './claim-update.js';

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
  it('C2: the user’s update when a document is taken, besides our marks', () => {
    const plan = planWith({
      $set: { embedding_status: 'in_progress', taken: { at: '{{current_date}}', by: '{{by}}' } },
      $inc: { n: 1 },
    });

    expect(claimUpdate(plan, at)).toEqual({ $set: { taken: { at: at.now, by: 'me' } }, $inc: { n: 1 } });
  });

  it('is empty when the pipeline has none', () => {
    expect(claimUpdate(planWith(), at)).toEqual({});
  });

  it('C2: a function may stand in its place, and sees the same', () => {
    const plan = planWith(({ current_date, run_id, by }) => ({
      $set: { embedding_status: 'in_progress', taken: { at: current_date, run: run_id, by } },
    }));

    expect(claimUpdate(plan, at)).toEqual({ $set: { taken: { at: at.now, run: 'run-1', by: 'me' } } });
  });

  it('C2: a variable that is not there refuses the run, before a document is taken', () => {
    expect(() => planWith({ $set: { a: '{{company}}' } })).toThrow(
      expect.objectContaining({ kind: 'ValidationError', code: 'template.missing-value' }),
    );
  });

  it.each<[string, unknown, string]>([
    ['another status', { $set: { embedding_status: 'mine' } }, 'a key under $set is "embedding_status", which is kept'],
    [
      'the bookkeeping',
      { $unset: { 'embedding_processing_info.x': 1 } },
      'is "embedding_processing_info", which is kept',
    ],
    ['a rename into the status', { $rename: { a: 'embedding_status' } }, 'is "embedding_status", which is kept'],
    ['no operator', { a: 1 }, 'has a key that is no operator'],
    ['no fields', { $set: 1 }, 'under $set is no object'],
    ['no update', 'x', 'is no update such as'],
    ['nothing', undefined, 'is no update such as'],
    ['a promise', Promise.resolve({}), 'is no update such as'],
    ['a path that no store takes', { $set: { 'a..b': 1 } }, 'a key under $set is no field that a store takes'],
  ])('C2: a function that gives %s refuses the run', (_, given, told) => {
    expect(() => planWith(() => given as UpdateOperators)).toThrow(
      expect.objectContaining({
        kind: 'ValidationError',
        code: 'run.update-failed',
        message: expect.stringContaining(told),
      }),
    );
  });

  it('C2: a function that throws refuses the run', () => {
    const throwing = (): never => {
      throw new Error('no team');
    };

    expect(() => planWith(throwing)).toThrow('Pipeline a-pipeline, embeddings.updateTemplate threw: no team');
  });
});
