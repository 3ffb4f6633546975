import { Double } from 'bson';
import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/prompt-function-definition.js';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline } from '../testing/a-pipeline.js';
import { availableVariables } from './available-variables.js';

function namesOf(
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
  it('C4: lists fields, nested fields, the field map and parameters, without missing values and marks', async () => {
    const document = { _id: 1, visits: { last: 'May', all: [1] }, name: null, processing_info: { runId: 'r' } };

    expect(await namesOf(document, { fieldMap: { last_visit: 'visits.last', doctor: 'doctor.name' } })).toEqual([
      '_id',
      'last_visit',
      'tone',
      'visits.all',
      'visits.last',
    ]);
  });

  it('C4: what a template takes for no value is not listed: null, NaN, a date that is none', async () => {
    const document = { gone: null, sum: NaN, double: new Double(NaN), on: new Date(NaN), of: { sum: NaN, at: 1 } };

    expect(await namesOf(document, {})).toEqual(['of.at', 'tone']);
  });

  it('lists the fields when a preprocess function throws', async () => {
    const source = {
      fieldMap: { year: 'date' },
      preprocessFunctions: {
        year: () => {
          throw new Error('no date');
        },
      },
    };

    expect(await namesOf({ date: 'soon' }, source)).toEqual(['date', 'tone']);
  });

  it('C3: circular values are listed once, and deep values down to 20 levels', async () => {
    const circular: Record<string, unknown> = { name: 'n' };
    circular['next'] = { of: circular, at: 1 };
    let chain: Record<string, unknown> = { end: 1 };
    for (let depth = 0; depth < 1_000; depth += 1) chain = { chain };
    const source = {
      fieldMap: { ring: 'name', deep: 'name' },
      preprocessFunctions: { ring: () => circular, deep: () => chain },
    };

    const names = await namesOf({ name: 'x' }, source);

    expect(names).toEqual([`deep${'.chain'.repeat(20)}`, 'name', 'ring.name', 'ring.next.at', 'ring.next.of', 'tone']);
  });
});
