import { ValidationError, closestName } from '@batchmill/contracts';
import { describeValue } from '../check/describe-value.js';
import type { ParameterValue } from '../definition/parameter-definitions.js';
import type { Parameter, Pipeline } from '../pipeline.js';
import { readParameter } from './read-parameter.js';

const wanted = {
  string: 'a text',
  'string[]': 'a list of texts',
  number: 'a number',
  boolean: 'true or false',
};

/** Every parameter that was given or has a default, as the type that the pipeline says. */
export function readParameters(
  pipeline: Pipeline,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ParameterValue>> {
  const names = Object.keys(pipeline.parameters);
  for (const name of Object.keys(given)) if (!names.includes(name)) throw unknown(pipeline, name, names);
  const values: Record<string, ParameterValue> = {};
  for (const [name, parameter] of Object.entries(pipeline.parameters)) {
    const value = valueOf(pipeline, name, parameter, Object.hasOwn(given, name) ? given[name] : undefined);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

function valueOf(pipeline: Pipeline, name: string, parameter: Parameter, given: unknown): ParameterValue | undefined {
  if (given === undefined) {
    if (parameter.default !== undefined || !parameter.required) return parameter.default;
    throw new ValidationError(
      'run.missing-parameter',
      `Pipeline ${pipeline.name}: parameter ${name} is missing, wanted ${wanted[parameter.type]}; it has no default.`,
    );
  }
  const value = readParameter(given, parameter.type, { fromText: true });
  if (value !== undefined) return value;
  throw new ValidationError(
    'run.wrong-parameter',
    `Pipeline ${pipeline.name}: parameter ${name} is ${describeValue(given)}, wanted ${wanted[parameter.type]}.`,
  );
}

function unknown(pipeline: Pipeline, name: string, names: readonly string[]): ValidationError {
  const meant = closestName(name, names);
  return new ValidationError(
    'run.unknown-parameter',
    `Pipeline ${pipeline.name}: found parameter "${name}", wanted ${names.length === 0 ? 'none: it takes none' : `one of ${names.join(', ')}`}.` +
      (meant === null ? '' : ` Did you mean "${meant}"?`),
  );
}
