import { describe, expect, it } from '@jest/globals';
import { chat, planRun, type ChatDefinition } from '@batchmill/pipeline';
import { KnownPipelines } from '@batchmill/testing';
import { findUnwritableAnswers } from './find-unwritable-answers.js';

const misspelt = { $set: { written: '{{answer}}' } };

async function errorsOf(definition: Partial<ChatDefinition>): Promise<string[]> {
  const functions = [chat({ name: 'f', user: '{{ text }}', ...definition })];
  const pipelines = new KnownPipelines([{ name: 'p', source: { collection: 'c' }, inference: { functions } }]);
  const plan = planRun(pipelines.get('p'), {});
  const document = { _id: 1, text: 'x' };
  const failures = await findUnwritableAnswers(plan, document, { functions: ['f'], now: new Date(0) });
  return failures.map(({ error }) => error.message);
}

describe('findUnwritableAnswers', () => {
  it('C2 C4: a response template with an unknown variable is found before anything is paid', async () => {
    expect(await errorsOf({ responseTemplate: misspelt })).toEqual([expect.stringContaining('no value for "answer"')]);
  });

  it.each([
    [
      'a template with only known variables',
      { responseTemplate: { $set: { written: '{{ response_content }} on {{ text }}' } } },
    ],
    ['the default template', {}],
    [
      'a function with a processor, whose variables are not known yet',
      { responseTemplate: misspelt, process: () => 1 },
    ],
  ])('%s is not reported', async (_, definition) => {
    expect(await errorsOf(definition)).toEqual([]);
  });
});
