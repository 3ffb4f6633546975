import { describe, expect, it } from '@jest/globals';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import type { UpdateOperators } from '../definition/update-operators.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { claimUpdate } from './claim-update.js';

const at = { now: new Date('2025-03-01T10:00:00Z'), runId: 'run-1' };
const planWith = (updateTemplate?: UpdateOperators): RunPlan =>
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

  it('a variable that is not there stops the work, not a document', () => {
    expect(() => claimUpdate(planWith({ $set: { a: '{{company}}' } }), at)).toThrow(
      expect.objectContaining({ kind: 'ProcessingError', code: 'template.missing-value' }),
    );
  });
});
