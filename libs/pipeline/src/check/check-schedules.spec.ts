import { expect, it } from '@jest/globals';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';

const embeddings = embeddingsOf();
const problemsOf = (schedule: unknown, parameters: Record<string, unknown> = {}): string[] =>
  problemsWith({ embeddings, parameters, schedule });

it('R3: a schedule has a time zone, UTC by default, and the request of its runs', () => {
  const { schedules } = aPipeline({
    embeddings,
    parameters: { companies: 'string[]' },
    schedule: { cron: '0 3 * * *', endpoint: 'embeddings', parameters: { companies: ['JKHY'] }, limit: 5 },
  });

  expect(schedules).toEqual([
    {
      cron: '0 3 * * *',
      timezone: 'UTC',
      request: { endpoint: 'embeddings', parameters: { companies: ['JKHY'] }, limit: 5 },
    },
  ]);
  expect(aPipeline({ embeddings }).schedules).toEqual([]);
  expect(aPipeline({ embeddings, schedule: [{ cron: '@daily' }, { cron: '0 3 * * 1-5' }] }).schedules).toHaveLength(2);
});

it('R3: the hash does not include schedules, which decide neither what is requested nor what is written', () => {
  expect(aPipeline({ embeddings, schedule: { cron: '@daily' } }).hash).toBe(aPipeline({ embeddings }).hash);
});

it.each([
  [{}, 'schedule.cron: found', 'five parts'],
  [{ cron: '0 3 * *' }, 'schedule.cron: found "0 3 * *"', 'five parts'],
  [{ cron: '0 0 3 * * *' }, 'schedule.cron: found', 'five parts'],
  [{ cron: '60 3 * * *' }, 'schedule.cron: found', 'such as "0 3 * * *"'],
  [{ cron: '0 0 31 2 *' }, 'schedule.cron: found', 'future times'],
  [{ cron: '0 3 * * *', timezone: 'Europe/Zuerich' }, 'schedule.timezone: found "Europe/Zuerich"', 'Europe/Zurich'],
  [{ cron: '0 3 * * *', zone: 'UTC' }, 'schedule.zone: found an unknown key', 'timezone'],
  [{ cron: '0 3 * * *', limit: 0 }, 'schedule.limit: found 0', 'a whole number from 1'],
  [{ cron: '0 3 * * *', functions: 'embeddings' }, 'schedule.functions: found', 'a list of function names'],
  [{ cron: '0 3 * * *', parameters: ['JKHY'] }, 'schedule.parameters: found', 'an object'],
  [{ cron: '0 3 * * *', endpoint: 'images' }, 'schedule.endpoint: found "images"', '"embeddings"'],
  [{ cron: '0 3 * * *', endpoint: 'inference' }, 'schedule: found a run that would be rejected', 'does not offer'],
  [{ cron: '0 3 * * *', functions: ['sumary'] }, 'schedule: found a run that would be rejected', 'sumary'],
  [[{ cron: '@daily' }, { cron: '@daily', parameters: { colour: 'red' } }], 'schedule.1: found a run', 'colour'],
  [[], 'schedule: found', 'at least one'],
])('R3 C6: a schedule %j stops the start with what is wrong', (schedule, found, expected) => {
  const problems = problemsOf(schedule);

  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(found);
  expect(problems[0]).toContain(expected);
});

it('R3 C6: a schedule that is not an object stops the start', () => {
  expect(problemsOf('0 3 * * *')[0]).toContain('schedule: found "0 3 * * *", expected an object with cron');
});

it('R3: a schedule must give the required parameters', () => {
  expect(problemsOf({ cron: '@daily' }, { companies: 'string[]' })[0]).toContain('parameter companies is missing');
});
