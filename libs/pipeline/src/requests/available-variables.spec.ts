import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/prompt-function-definition.js';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline } from '../testing/a-pipeline.js';
import { availableVariables } from './available-variables.js';

function there(
  document: Record<string, unknown>,
  source: Partial<PipelineDefinition['source']> = {},
): Promise<string[]> {
  const pipeline = aPipeline({
    parameters: { tone: { type: 'string', default: 'kind' } },
    source: { collection: 'c', ...source },
    inference: { functions: [chat({ name: 'f', user: 'Hi' })] },
  });
  return availableVariables(planRun(pipeline, {}), document);
}

describe('availableVariables', () => {
  it('C4: names fields, what is in them, the field map and the parameters, but neither what is missing nor our marks', async () => {
    const document = { _id: 1, visits: { last: 'May', all: [1] }, name: null, processing_info: { runId: 'r' } };

    expect(await there(document, { fieldMap: { last_visit: 'visits.last', doctor: 'doctor.name' } })).toEqual([
      '_id',
      'last_visit',
      'tone',
      'visits.all',
      'visits.last',
    ]);
  });

  it('of a document whose preprocess function throws the fields are named', async () => {
    const source = {
      fieldMap: { year: 'date' },
      preprocessFunctions: {
        year: () => {
          throw new Error('no date');
        },
      },
    };

    expect(await there({ date: 'soon' }, source)).toEqual(['date', 'tone']);
  });

  it('C3: what is within itself is named up to there, and what goes on and on as far as anyone reads', async () => {
    const ring: Record<string, unknown> = { name: 'n' };
    ring['next'] = { of: ring, at: 1 };
    let chain: Record<string, unknown> = { end: 1 };
    for (let depth = 0; depth < 1_000; depth += 1) chain = { chain };
    const source = {
      fieldMap: { ring: 'name', deep: 'name' },
      preprocessFunctions: { ring: () => ring, deep: () => chain },
    };

    const names = await there({ name: 'x' }, source);

    expect(names).toEqual([`deep${'.chain'.repeat(20)}`, 'name', 'ring.name', 'ring.next.at', 'ring.next.of', 'tone']);
  });
});
