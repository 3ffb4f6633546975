import { describe, expect, it } from '@jest/globals';
import { chat, planRun, type ChatDefinition } from '@batchmill/pipeline';
import { KnownPipelines } from '@batchmill/testing';
import { findUnwritable } from './find-unwritable.js';

const misspelt = { $set: { said: '{{answer}}' } };

async function foundIn(asks: Partial<ChatDefinition>): Promise<string[]> {
  const functions = [chat({ name: 'f', user: '{{ text }}', ...asks })];
  const pipelines = new KnownPipelines([{ name: 'p', source: { collection: 'c' }, inference: { functions } }]);
  const plan = planRun(pipelines.get('p'), {});
  const found = await findUnwritable(plan, { _id: 1, text: 'x' }, { functions: ['f'], now: new Date(0) });
  return found.map(({ error }) => error.message);
}

describe('findUnwritable', () => {
  it('C2 C4: a response template that names what will not be there is found before anything is paid', async () => {
    expect(await foundIn({ responseTemplate: misspelt })).toEqual([expect.stringContaining('no value for "answer"')]);
  });

  it.each([
    [
      'a template that has all it names',
      { responseTemplate: { $set: { said: '{{ response_content }} on {{ text }}' } } },
    ],
    ['the default template', {}],
    [
      'a function with a processor, whose variables are not known yet',
      { responseTemplate: misspelt, process: () => 1 },
    ],
  ])('%s is not found', async (_, asks) => {
    expect(await foundIn(asks)).toEqual([]);
  });
});
