import { describe, expect, it } from '@jest/globals';
import { embeddingsOf } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';

describe('checkPipeline, the source', () => {
  it('C3: a preprocess function must belong to a variable of the field map', () => {
    const source = {
      collection: 'c',
      fieldMap: { patient_name: 'a.b' },
      preprocessFunctions: { patient_nam: () => '' },
    };

    expect(problemsWith({ source, embeddings: embeddingsOf() })).toEqual([
      'a.pipeline.ts: source.preprocessFunctions.patient_nam: found a variable that is not in fieldMap, expected "patient_name"?',
    ]);
  });

  it('C2: a variable of the field map may not have the name of a response variable', () => {
    const source = { collection: 'c', fieldMap: { usage: 'car.usage' } };

    expect(problemsWith({ source, embeddings: embeddingsOf() })).toEqual([
      expect.stringContaining(
        'source.fieldMap.usage: found a name that response templates already use, expected another',
      ),
    ]);
  });
});
