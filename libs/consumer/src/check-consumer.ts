import { closestName, type EventClass } from '@batchmill/contracts';
import type { ConsumerDefinition } from './define-consumer.js';
import { isEventClass } from './define-event.js';

/** The names that a consumer may have. */
export const consumerName = {
  pattern: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  expected: 'lower-case letters and digits, with hyphens between them',
} as const;

const keys = ['name', 'consumes', 'produces', 'handle', 'every'];

/** The definition, or everything that is wrong with it, a line each without the name of its file. */
export function checkConsumer(value: unknown): ConsumerDefinition | readonly string[] {
  if (typeof value !== 'object' || value === null)
    return [`found ${describe(value)} as default export, expected export default defineConsumer({…})`];
  const definition: Readonly<Record<string, unknown>> = { ...value };
  const problems = [
    ...unknownKeys(definition),
    ...nameProblems(definition['name']),
    ...eventProblems('consumes', definition['consumes']),
    ...(definition['produces'] === undefined ? [] : eventProblems('produces', definition['produces'])),
    ...methodProblems(definition),
  ];
  // Each key was checked.
  return problems.length > 0 ? problems : (value as ConsumerDefinition);
}

function unknownKeys(definition: object): string[] {
  return Object.keys(definition)
    .filter((key) => !keys.includes(key))
    .map((key) => {
      const near = closestName(key, keys);
      return `${key}: found an unknown key, expected ${near === null ? `one of ${keys.join(', ')}` : `"${near}"?`}`;
    });
}

function nameProblems(name: unknown): string[] {
  if (typeof name === 'string' && consumerName.pattern.test(name)) return [];
  return [`name: found ${describe(name)}, expected ${consumerName.expected}`];
}

function eventProblems(key: string, value: unknown): string[] {
  if (!Array.isArray(value)) return [`${key}: found ${describe(value)}, expected a list of events`];
  const wrong = value.flatMap((each: unknown, index) =>
    isEventClass(each) ? [] : [`${key}[${index}]: found ${describe(each)}, expected an event such as ResultsIngested`],
  );
  const names = value.filter(isEventClass).map(({ event }: EventClass) => event);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [...wrong, ...twice.map((name) => `${key}: found ${name} twice, expected it once`)];
}

function methodProblems({ consumes, handle, every }: Readonly<Record<string, unknown>>): string[] {
  const isConsuming = Array.isArray(consumes) && consumes.length > 0;
  return [
    ...(isConsuming === (handle !== undefined)
      ? []
      : [
          isConsuming
            ? 'handle: found nothing, expected a method that handles what it consumes'
            : 'consumes: found no event, expected those that handle gets',
        ]),
    ...(handle === undefined || typeof handle === 'function'
      ? []
      : [`handle: found ${describe(handle)}, expected a method`]),
    ...(handle === undefined && every === undefined ? ['found neither handle nor every, expected one of them'] : []),
    ...(every === undefined ? [] : everyProblems(every)),
  ];
}

function everyProblems(every: unknown): string[] {
  const { seconds, call } = (every ?? {}) as { seconds?: unknown; call?: unknown };
  return [
    ...(typeof seconds === 'number' && seconds > 0
      ? []
      : [`every.seconds: found ${describe(seconds)}, expected a number above 0`]),
    ...(typeof call === 'function' ? [] : [`every.call: found ${describe(call)}, expected a method`]),
  ];
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? JSON.stringify(value) : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
