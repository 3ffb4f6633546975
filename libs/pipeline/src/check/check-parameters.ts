import { isPlainObject } from '@batchmill/documents';
import { isLinesFile } from '../definition/file-references.js';
import { parameterTypes, type ParameterType, type ParameterValue } from '../definition/parameter-definitions.js';
import { expectedOtherName, foundResponseVariable, responseVariables } from './reserved-names.js';
import type { Parameter } from '../pipeline.js';
import { readParameter } from '../plan/read-parameters.js';
import { readFile, type CheckContext } from './check-context.js';
import { Section } from './section.js';

const namePattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const expectedType = parameterTypes.map((type) => `"${type}"`).join(', ');

export function checkParameters(context: CheckContext, definition: Section): Readonly<Record<string, Parameter>> {
  const { problems } = context;
  const parameters = definition.get('parameters') ?? {};
  if (!isPlainObject(parameters)) {
    problems.addValue('parameters', parameters, 'an object from names to types');
    return {};
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const key = `parameters.${name}`;
      if (!namePattern.test(name)) {
        problems.add(key, 'a name that is not allowed', 'a letter, then letters, digits and _ (at most 64)');
      }
      if (responseVariables.includes(name)) problems.add(key, foundResponseVariable, expectedOtherName);
      return [name, checkParameter(context, key, value)];
    }),
  );
}

function checkParameter(context: CheckContext, key: string, value: unknown): Parameter {
  const { problems } = context;
  if (typeof value === 'string') {
    const type = typeNamed(value);
    if (type === undefined) problems.addValue(key, value, expectedType);
    return { type: type ?? 'string', default: undefined, required: true, description: null };
  }
  const section = Section.of(problems, key, value, ['type', 'default', 'required', 'description']);
  const type = typeNamed(section.get('type'));
  if (type === undefined && isPlainObject(value))
    problems.addValue(section.at('type'), section.get('type'), expectedType);
  const defaultValue = type === undefined ? undefined : checkDefault(context, section, type);
  const required = section.get('required') ?? true;
  if (typeof required !== 'boolean') problems.addValue(section.at('required'), required, 'true or false');
  return {
    type: type ?? 'string',
    default: defaultValue,
    required: required === true && !section.has('default'),
    description: section.text('description', { fallback: null, expected: 'a text' }),
  };
}

function checkDefault(context: CheckContext, section: Section, type: ParameterType): ParameterValue | undefined {
  const value = section.get('default');
  const key = section.at('default');
  if (value === undefined) return undefined;
  if (isLinesFile(value)) {
    if (type !== 'string[]') {
      context.problems.add(key, 'lines of a file', `a ${type}`);
      return undefined;
    }
    const text = readFile(context, key, value.file);
    return text === null ? undefined : linesOf(text);
  }
  const parsed = readParameter(value, type, { fromText: false });
  if (parsed === undefined) context.problems.addValue(key, value, `a ${type}`);
  return parsed;
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function typeNamed(value: unknown): ParameterType | undefined {
  return parameterTypes.find((type) => type === value);
}
