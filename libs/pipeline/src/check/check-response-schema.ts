import { isPlainObject } from '@batchmill/documents';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { JsonSchema } from '../definition/prompt-function-definition.js';
import type { CheckContext } from './check-context.js';
import { describeValue } from './describe-value.js';
import type { Section } from './section.js';

export interface ResponseSchema {
  /** The name that the provider gets with the schema: the function's. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly validate: ValidateFunction;
}

/**
 * Checks a schema for `strict: true`: objects must list all their properties as required and allow no others
 * (https://platform.openai.com/docs/guides/structured-outputs, supported schemas).
 */
export function checkResponseSchema({ problems }: CheckContext, section: Section, name: string): ResponseSchema | null {
  const schema = section.get('responseFormat');
  const key = section.at('responseFormat');
  if (schema === undefined) return null;
  if (!isPlainObject(schema)) {
    problems.addValue(key, schema, 'a JSON schema');
    return null;
  }
  if (schema['type'] !== 'object')
    problems.addValue(`${key}.type`, schema['type'], '"object": the provider requires it at the top');
  checkObjects(schema, key, (at, found, expected) => problems.add(at, found, expected));
  try {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true, validateFormats: false });
    return { name, schema, validate: ajv.compile(schema) };
  } catch (error) {
    problems.add(
      key,
      `a schema that cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      'a JSON schema',
    );
    return null;
  }
}

function checkObjects(
  schema: unknown,
  key: string,
  report: (at: string, found: string, expected: string) => void,
): void {
  if (Array.isArray(schema)) {
    schema.forEach((inner: unknown, index) => checkObjects(inner, `${key}[${index}]`, report));
    return;
  }
  if (!isPlainObject(schema)) return;
  const { properties } = schema;
  if (isPlainObject(properties)) {
    const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
    const optional = Object.keys(properties).filter((property) => !required.includes(property));
    if (optional.length > 0) {
      report(
        `${key}.required`,
        `${optional.join(', ')} left out`,
        'all properties: the provider allows no optional ones',
      );
    }
    if (schema['additionalProperties'] !== false) {
      report(`${key}.additionalProperties`, describeValue(schema['additionalProperties']), 'false');
    }
    for (const [property, inner] of Object.entries(properties))
      checkObjects(inner, `${key}.properties.${property}`, report);
  }
  for (const keyword of ['items', 'anyOf', 'prefixItems']) checkObjects(schema[keyword], `${key}.${keyword}`, report);
  for (const keyword of ['$defs', 'definitions']) {
    const inner = schema[keyword];
    if (isPlainObject(inner))
      for (const [property, one] of Object.entries(inner)) checkObjects(one, `${key}.${keyword}.${property}`, report);
  }
}
