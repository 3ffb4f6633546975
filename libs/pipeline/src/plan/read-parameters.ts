import { ValidationError, closestName } from '@batchmill/contracts';
import { dateIn } from '@batchmill/documents';
import { describeValue } from '../check/describe-value.js';
import type {
  ParameterScalars,
  ParameterType,
  ParameterValue,
  ScalarType,
} from '../definition/parameter-definitions.js';
import type { Parameter, Pipeline } from '../pipeline.js';

const expected: Readonly<Record<ParameterType, string>> = {
  string: 'a text',
  'string[]': 'a list of texts',
  number: 'a number',
  'number[]': 'a list of numbers',
  integer: 'a whole number of at most 16 digits',
  'integer[]': 'a list of whole numbers of at most 16 digits',
  boolean: 'true or false',
  'boolean[]': 'a list of true and false',
  date: 'a date in ISO 8601, such as 2026-11-29',
  'date[]': 'a list of dates in ISO 8601, such as 2026-11-29',
};

/** The values of all parameters that were given or have a default, in the types of the pipeline. */
export function readParameters(
  pipeline: Pipeline,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ParameterValue>> {
  const names = Object.keys(pipeline.parameters);
  for (const name of Object.keys(values)) if (!names.includes(name)) throw unknownParameter(pipeline, name, names);
  const parameters: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(pipeline.parameters)) {
    const value = valueOf(pipeline, name, parameter, Object.hasOwn(values, name) ? values[name] : undefined);
    if (value !== undefined) parameters[name] = value;
  }
  return parameters;
}

function valueOf(pipeline: Pipeline, name: string, parameter: Parameter, given: unknown): ParameterValue | undefined {
  if (given === undefined) {
    if (parameter.default !== undefined || !parameter.required) return parameter.default;
    throw new ValidationError(
      'run.missing-parameter',
      `Pipeline ${pipeline.name}: parameter ${name} is missing, expected ${expected[parameter.type]}; it has no default.`,
    );
  }
  const value = readParameter(given, parameter.type, { fromText: true });
  if (value !== undefined) return value;
  throw new ValidationError(
    'run.wrong-parameter',
    `Pipeline ${pipeline.name}: parameter ${name} is ${describeValue(given)}, expected ${expected[parameter.type]}.`,
  );
}

function unknownParameter(pipeline: Pipeline, name: string, names: readonly string[]): ValidationError {
  const similar = closestName(name, names);
  return new ValidationError(
    'run.unknown-parameter',
    `Pipeline ${pipeline.name}: found parameter "${name}", expected ${names.length === 0 ? 'none: it has no parameters' : `one of ${names.join(', ')}`}.` +
      (similar === null ? '' : ` Did you mean "${similar}"?`),
  );
}

/**
 * Reads a value as a parameter of a type; undefined when it is not one. With `fromText`, texts from a command line are converted
 * (`5`, `true`, `a,b`, `["a, b", "c"]`).
 */
export function readParameter(
  value: unknown,
  type: ParameterType,
  { fromText }: { fromText: boolean },
): ParameterValue | undefined {
  if (!type.endsWith('[]')) return readScalar(value, type as ScalarType, fromText); // the only types without []
  const items: unknown = fromText && typeof value === 'string' ? itemsIn(value) : value;
  if (!Array.isArray(items)) return undefined;
  const itemType = type.slice(0, -2) as ScalarType;
  const read = items.map((item: unknown) => readScalar(item, itemType, fromText));
  const isList = read.every((item) => item !== undefined && item !== '');
  return isList ? (read as ParameterValue) : undefined; // all are of the type of the items
}

/** A list of JSON, or texts between commas. */
function itemsIn(text: string): unknown {
  if (text.trimStart().startsWith('[')) return parsed(text);
  const items = text.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}

function readScalar(value: unknown, type: ScalarType, fromText: boolean): ParameterScalars[ScalarType] | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      return readNumber(value, fromText);
    case 'integer': {
      const number = readNumber(value, fromText);
      return Number.isSafeInteger(number) ? number : undefined;
    }
    case 'boolean':
      return readBoolean(value, fromText);
    case 'date':
      return readDate(value);
  }
}

/** A whole number that was rounded is none: it may have been another one. */
function readNumber(value: unknown, fromText: boolean): number | undefined {
  const number = fromText && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? undefined : number;
}

function readBoolean(value: unknown, fromText: boolean): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (!fromText || typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** JSON has no dates: one is written as a text everywhere. */
function readDate(value: unknown): Date | undefined {
  const date = typeof value === 'string' ? dateIn(value.trim()) : value;
  return date instanceof Date && !Number.isNaN(date.getTime()) ? date : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
