import { isPlainObject } from '@batchmill/documents';
import { isLinesFile } from '../definition/lines.js';
import { parameterTypes, type ParameterType, type ParameterValue } from '../definition/parameter-definitions.js';
import { ownNameExpected, ownNameFound, ownNames } from '../own-names.js';
import type { Parameter } from '../pipeline.js';
import { readParameter } from '../plan/read-parameter.js';
import { readFileOf, type Checking } from './checking.js';
import { Section } from './section.js';

const namePattern = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const expectedType = parameterTypes.map((type) => `"${type}"`).join(', ');

export function checkParameters(checking: Checking, definition: Section): Readonly<Record<string, Parameter>> {
  const { problems } = checking;
  const parameters = definition.get('parameters') ?? {};
  if (!isPlainObject(parameters)) {
    problems.wrong('parameters', parameters, 'an object from names to types');
    return {};
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => {
      const key = `parameters.${name}`;
      if (!namePattern.test(name)) {
        problems.add(key, 'a name that cannot be one', 'a letter, then letters, digits and _ (at most 64)');
      }
      if (ownNames.includes(name)) problems.add(key, ownNameFound, ownNameExpected);
      return [name, checkParameter(checking, key, value)];
    }),
  );
}

function checkParameter(checking: Checking, key: string, value: unknown): Parameter {
  const { problems } = checking;
  if (typeof value === 'string') {
    const type = typeNamed(value);
    if (type === undefined) problems.wrong(key, value, expectedType);
    return { type: type ?? 'string', default: undefined, required: true, description: null };
  }
  const section = Section.of(problems, key, value, ['type', 'default', 'required', 'description']);
  const type = typeNamed(section.get('type'));
  if (type === undefined && isPlainObject(value)) problems.wrong(section.at('type'), section.get('type'), expectedType);
  const fallback = type === undefined ? undefined : checkDefault(checking, section, type);
  const required = section.get('required') ?? true;
  if (typeof required !== 'boolean') problems.wrong(section.at('required'), required, 'true or false');
  return {
    type: type ?? 'string',
    default: fallback,
    required: required === true && !section.has('default'),
    description: section.text('description', { otherwise: null, expected: 'a text' }),
  };
}

function checkDefault(checking: Checking, section: Section, type: ParameterType): ParameterValue | undefined {
  const given = section.get('default');
  const key = section.at('default');
  if (given === undefined) return undefined;
  if (isLinesFile(given)) {
    if (type !== 'string[]') {
      checking.problems.add(key, 'lines of a file', `a ${type}`);
      return undefined;
    }
    const text = readFileOf(checking, key, given.file);
    return text === null ? undefined : linesOf(text);
  }
  const read = readParameter(given, type, { fromText: false });
  if (read === undefined) checking.problems.wrong(key, given, `a ${type}`);
  return read;
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
