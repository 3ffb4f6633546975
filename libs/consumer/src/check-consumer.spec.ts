import { ResultsIngested, RunFinished } from '@batchmill/contracts/events';
import { describe, expect, it } from '@jest/globals';
import { checkConsumer } from './check-consumer.js';

const handle = async (): Promise<void> => undefined;
const right = { name: 'letter-filer', consumes: [ResultsIngested, RunFinished], handle };
const every = { seconds: 60, call: handle };

describe('the check of a consumer', () => {
  it.each([
    ['what it consumes and a method for it', right],
    ['a periodic task alone', { name: 'filer', consumes: [], every }],
  ])('S7: takes a definition with %s', (_, definition) => {
    expect(checkConsumer(definition)).toBe(definition);
  });

  it.each([
    [null, 'found a object as default export, expected export default defineConsumer({…})'],
    [
      { ...right, name: 'Letters' },
      'name: found "Letters", expected lower-case letters and digits, with hyphens between them',
    ],
    [{ ...right, consume: [] }, 'consume: found an unknown key, expected "consumes"?'],
    [{ ...right, consumes: 'all' }, 'consumes: found "all", expected a list of events'],
    [
      { ...right, consumes: ['run.finished'] },
      'consumes[0]: found "run.finished", expected an event such as ResultsIngested',
    ],
    [{ ...right, consumes: [RunFinished, RunFinished] }, 'consumes: found run.finished twice, expected it once'],
    [{ ...right, produces: [Date] }, 'produces[0]: found a function, expected an event such as ResultsIngested'],
    [{ ...right, handle: undefined }, 'handle: found nothing, expected a method that handles what it consumes'],
    [{ ...right, consumes: [] }, 'consumes: found no event, expected those that handle gets'],
    [{ name: 'filer', consumes: [] }, 'found neither handle nor every, expected one of them'],
    [{ ...right, every: { ...every, seconds: 0 } }, 'every.seconds: found a number, expected a number above 0'],
    [{ ...right, every: { seconds: 1 } }, 'every.call: found nothing, expected a method'],
  ])('S7: names what is wrong: %#', (definition, problem) => {
    expect(checkConsumer(definition)).toContain(problem);
  });
});
