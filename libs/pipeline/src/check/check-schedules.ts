import { ValidationError, endpoints } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import type { Pipeline, PipelineSchedule } from '../pipeline.js';
import { planRun } from '../plan/plan-run.js';
import { nextTime } from '../schedule.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

const keys = ['cron', 'timezone', 'endpoint', 'functions', 'parameters', 'limit'];
const expectedCron = 'five parts (minute hour day month weekday) that have future times, such as "0 3 * * *"';
const expectedZone = 'a time zone such as "Europe/Zurich" (the default is UTC)';

/** The schedules of a definition, which has one, a list of them, or none. */
export function checkSchedules({ problems }: CheckContext, definition: Section): readonly PipelineSchedule[] {
  const value = definition.get('schedule');
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [checkSchedule(problems, 'schedule', value)];
  if (value.length === 0) problems.addValue('schedule', value, 'a schedule, or a list of at least one');
  return value.map((each, index) => checkSchedule(problems, `schedule.${index}`, each));
}

function checkSchedule(problems: CheckContext['problems'], path: string, value: unknown): PipelineSchedule {
  const section = Section.of(problems, path, value, keys);
  const cron = section.required('cron', { expected: expectedCron });
  const timezone = section.text('timezone', { fallback: 'UTC', expected: expectedZone });
  const isZone = isTimezone(timezone);
  if (!isZone) problems.addValue(section.at('timezone'), timezone, expectedZone);
  if (cron !== '' && !hasTimes(cron)) problems.addValue(section.at('cron'), cron, expectedCron);
  const endpoint = section.oneOf('endpoint', endpoints, null);
  return {
    cron,
    timezone,
    request: {
      ...(endpoint !== null && { endpoint }),
      ...checkFunctions(problems, section),
      ...checkParameters(problems, section),
      ...(section.has('limit') && { limit: section.number('limit', { fallback: 1, from: 1, to: 999_999_999 }) }),
    },
  };
}

function checkFunctions(problems: CheckContext['problems'], section: Section): { functions?: string[] } {
  const functions = section.get('functions');
  if (functions === undefined) return {};
  if (Array.isArray(functions) && functions.length > 0 && functions.every((name) => typeof name === 'string')) {
    return { functions };
  }
  problems.addValue(section.at('functions'), functions, 'a list of function names');
  return {};
}

function checkParameters(
  problems: CheckContext['problems'],
  section: Section,
): { parameters?: Readonly<Record<string, unknown>> } {
  const parameters = section.get('parameters');
  if (parameters === undefined) return {};
  if (isPlainObject(parameters)) return { parameters };
  problems.addValue(section.at('parameters'), parameters, 'an object from parameter names to values');
  return {};
}

/** Adds a problem for each schedule whose runs would be rejected. */
export function checkScheduledRuns({ problems }: CheckContext, pipeline: Pipeline): void {
  for (const [index, { request }] of pipeline.schedules.entries()) {
    try {
      planRun(pipeline, request);
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      const path = pipeline.schedules.length === 1 ? 'schedule' : `schedule.${index}`;
      problems.add(path, `a run that would be rejected (${error.message})`, 'a run that the pipeline accepts');
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

/** Looks from a fixed day, so that the result does not change over time. */
function hasTimes(cron: string): boolean {
  try {
    return nextTime({ cron, timezone: 'UTC' }, new Date('2024-01-01T00:00:00Z')) !== null;
  } catch {
    return false;
  }
}
