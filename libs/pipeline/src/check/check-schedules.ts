import { ValidationError, endpoints } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import type { Pipeline, PipelineSchedule } from '../pipeline.js';
import { planRun } from '../plan/plan-run.js';
import { nextTime } from '../schedule/next-time.js';
import type { Checking } from './checking.js';
import { Section } from './section.js';

const keys = ['cron', 'timezone', 'endpoint', 'functions', 'parameters', 'limit'];
const expectedCron = 'five parts (minute hour day month weekday) that name times to come, such as "0 3 * * *"';
const expectedZone = 'a time zone such as "Europe/Zurich"; without one it is UTC';

/** One schedule or a list of them; none when the definition says none. */
export function checkSchedules({ problems }: Checking, definition: Section): readonly PipelineSchedule[] {
  const given = definition.get('schedule');
  if (given === undefined) return [];
  if (!Array.isArray(given)) return [checkSchedule(problems, 'schedule', given)];
  if (given.length === 0) problems.wrong('schedule', given, 'a schedule, or a list of at least one');
  return given.map((each, index) => checkSchedule(problems, `schedule.${index}`, each));
}

function checkSchedule(problems: Checking['problems'], path: string, value: unknown): PipelineSchedule {
  const section = Section.of(problems, path, value, keys);
  const cron = section.needed('cron', { expected: expectedCron });
  const timezone = section.text('timezone', { otherwise: 'UTC', expected: expectedZone });
  const isZone = isTimezone(timezone);
  if (!isZone) problems.wrong(section.at('timezone'), timezone, expectedZone);
  if (cron !== '' && !hasTimes(cron)) problems.wrong(section.at('cron'), cron, expectedCron);
  const endpoint = section.oneOf('endpoint', endpoints, null);
  return {
    cron,
    timezone,
    request: {
      ...(endpoint !== null && { endpoint }),
      ...checkFunctions(problems, section),
      ...checkParameters(problems, section),
      ...(section.has('limit') && { limit: section.number('limit', { otherwise: 1, from: 1, to: 999_999_999 }) }),
    },
  };
}

function checkFunctions(problems: Checking['problems'], section: Section): { functions?: string[] } {
  const functions = section.get('functions');
  if (functions === undefined) return {};
  if (Array.isArray(functions) && functions.length > 0 && functions.every((name) => typeof name === 'string')) {
    return { functions };
  }
  problems.wrong(section.at('functions'), functions, 'a list of names of functions');
  return {};
}

function checkParameters(
  problems: Checking['problems'],
  section: Section,
): { parameters?: Readonly<Record<string, unknown>> } {
  const parameters = section.get('parameters');
  if (parameters === undefined) return {};
  if (isPlainObject(parameters)) return { parameters };
  problems.wrong(section.at('parameters'), parameters, 'an object from names of parameters to values');
  return {};
}

/** Adds a problem for each schedule whose run would be rejected. */
export function checkScheduledRuns({ problems }: Checking, pipeline: Pipeline): void {
  for (const [index, { request }] of pipeline.schedules.entries()) {
    try {
      planRun(pipeline, request);
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      const path = pipeline.schedules.length === 1 ? 'schedule' : `schedule.${index}`;
      problems.add(path, `a run that would be rejected (${error.message})`, 'one that can be asked for like this');
    }
  }
}

function isTimezone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}

/** Reckoned from a fixed day, so that the same definition is always as sound. */
function hasTimes(cron: string): boolean {
  try {
    return nextTime({ cron, timezone: 'UTC' }, new Date('2024-01-01T00:00:00Z')) !== null;
  } catch {
    return false;
  }
}
