import { ValidationError, closestName } from '@batchmill/contracts';
import { describeValue } from '../check/describe-value.js';
import type { ParameterType, ParameterValue } from '../definition/parameter-definitions.js';
import type { Parameter, Pipeline } from '../pipeline.js';

const expected = {
  string: 'a text',
  'string[]': 'a list of texts',
  number: 'a number',
  boolean: 'true or false',
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
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'number':
      return readNumber(value, fromText);
    case 'boolean':
      return readBoolean(value, fromText);
    case 'string[]':
      return readTexts(value, fromText);
  }
}

function readNumber(value: unknown, fromText: boolean): number | undefined {
  const number = fromText && typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function readBoolean(value: unknown, fromText: boolean): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (!fromText || typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function readTexts(value: unknown, fromText: boolean): readonly string[] | undefined {
  if (Array.isArray(value)) {
    const texts = value.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
    return texts.length === value.length ? texts : undefined;
  }
  if (!fromText || typeof value !== 'string') return undefined;
  if (value.trimStart().startsWith('[')) return readTexts(parsed(value), false);
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
