import { isPlainObject } from '@batchmill/documents';
import type { SchemaProblems } from './schema-problems.js';
import { SchemaSize } from './schema-size.js';

/** For which model a schema is checked. */
export interface SchemaRules {
  /** False: a server of its own rules may run the model. Only what every server with `strict` refuses is a problem then. */
  readonly isOpenAi: boolean;
  readonly isFineTuned: boolean;
}

/**
 * The first six are the guide's ("Some type-specific keywords are not yet supported"), the others those that the API refuses
 * with `'oneOf' is not permitted`.
 */
const refusedKeywords: Readonly<Record<string, string>> = {
  allOf: 'nothing: write the parts as one schema',
  not: 'nothing: the provider does not support it',
  dependentRequired: 'nothing: the provider does not support it',
  dependentSchemas: 'nothing: the provider does not support it',
  if: 'nothing: write the cases as anyOf',
  then: 'nothing: write the cases as anyOf',
  else: 'nothing: write the cases as anyOf',
  oneOf: 'anyOf: the provider does not permit oneOf',
  uniqueItems: 'nothing: the provider does not permit it; remove doubles in process',
};

/** What the guide excludes for fine-tuned models alone. */
const refusedOfFineTuned = [
  ...['minLength', 'maxLength', 'pattern', 'format', 'minimum', 'maximum', 'multipleOf'],
  ...['patternProperties', 'minItems', 'maxItems'],
];

/** "Supported `string` properties" of the guide. */
const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];

/** One of these says what a schema allows. The API refuses others with `schema must have a 'type' key`. */
const keywordsOfAllowed = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum'];

/**
 * Reports everything for which the provider refuses a JSON schema with `strict: true`, by its guide
 * (https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas") and by its error messages. What neither of
 * them excludes is no problem, so that nothing is refused here that the provider may accept.
 */
export function checkStrictSchema(
  schema: Readonly<Record<string, unknown>>,
  at: string,
  rules: SchemaRules,
  problems: SchemaProblems,
): void {
  if (schema['type'] !== 'object')
    problems.addValue(`${at}.type`, schema['type'], '"object": the provider requires it at the top');
  if (rules.isOpenAi && schema['anyOf'] !== undefined)
    problems.add(`${at}.anyOf`, 'it at the top', 'it in a property: the provider requires one object at the top');
  const size = new SchemaSize();
  checkWithin(schema, at, 0, { rules, problems, size });
  if (rules.isOpenAi) size.check(at, problems);
}

interface Visit {
  readonly rules: SchemaRules;
  readonly problems: SchemaProblems;
  readonly size: SchemaSize;
}

/** `level`: how many objects contain the schema. */
function checkWithin(schema: unknown, at: string, level: number, visit: Visit): void {
  if (Array.isArray(schema)) {
    schema.forEach((inner: unknown, index) => checkWithin(inner, `${at}[${index}]`, level, visit));
    return;
  }
  if (!isPlainObject(schema)) return;
  const { rules, size } = visit;
  const isObject = hasType(schema, 'object') || isPlainObject(schema['properties']);
  if (isObject) checkObject(schema, at, visit);
  if (rules.isOpenAi) checkKeywords(schema, at, visit);
  size.addValues(schema, at);
  if (isObject) size.addObject(level, at);

  const inner = isObject ? level + 1 : level;
  for (const [name, one] of entriesOf(schema['properties'])) {
    size.addProperty(name);
    checkWithin(one, `${at}.properties.${name}`, inner, visit);
  }
  for (const keyword of ['items', 'anyOf', 'oneOf', 'prefixItems'])
    checkWithin(schema[keyword], `${at}.${keyword}`, level, visit);
  for (const keyword of ['$defs', 'definitions'])
    for (const [name, one] of entriesOf(schema[keyword])) {
      size.addName(name);
      checkWithin(one, `${at}.${keyword}.${name}`, 0, visit);
    }
}

/** An object lists all its properties as required, and allows no others. */
function checkObject(schema: Readonly<Record<string, unknown>>, at: string, { rules, problems }: Visit): void {
  const { properties } = schema;
  if (!isPlainObject(properties) && !rules.isOpenAi) return;
  const names = entriesOf(properties).map(([name]) => name);
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const optional = names.filter((name) => !required.includes(name));
  if (optional.length > 0) {
    problems.add(
      `${at}.required`,
      `${optional.join(', ')} left out`,
      'all properties: the provider allows no optional ones. One that may be missing has type ["string", "null"]',
    );
  }
  const unknown = rules.isOpenAi ? required.filter((name) => !names.includes(String(name))) : [];
  if (unknown.length > 0) {
    problems.add(`${at}.required`, `${unknown.join(', ')}, which properties lacks`, 'the names of properties alone');
  }
  if (schema['additionalProperties'] !== false)
    problems.addValue(`${at}.additionalProperties`, schema['additionalProperties'], 'false');
}

function checkKeywords(schema: Readonly<Record<string, unknown>>, at: string, { rules, problems }: Visit): void {
  for (const [keyword, expected] of Object.entries(refusedKeywords))
    if (Object.hasOwn(schema, keyword)) problems.add(`${at}.${keyword}`, 'it', expected);
  if (rules.isFineTuned) {
    for (const keyword of refusedOfFineTuned)
      if (Object.hasOwn(schema, keyword))
        problems.add(`${at}.${keyword}`, 'it', 'nothing: the provider does not support it for fine-tuned models');
  } else if (typeof schema['format'] === 'string' && !formats.includes(schema['format'])) {
    problems.addValue(`${at}.format`, schema['format'], `one that the provider supports: ${formats.join(', ')}`);
  }
  if (!keywordsOfAllowed.some((keyword) => Object.hasOwn(schema, keyword)) && !isPlainObject(schema['properties']))
    problems.add(`${at}.type`, 'nothing', 'a type: the provider accepts no schema that allows anything');
  if (hasType(schema, 'array') && schema['items'] === undefined && schema['prefixItems'] === undefined)
    problems.addValue(`${at}.items`, undefined, 'the schema of the items');
}

function hasType({ type }: Readonly<Record<string, unknown>>, name: string): boolean {
  return type === name || (Array.isArray(type) && type.includes(name));
}

function entriesOf(value: unknown): [string, unknown][] {
  return isPlainObject(value) ? Object.entries(value) : [];
}
