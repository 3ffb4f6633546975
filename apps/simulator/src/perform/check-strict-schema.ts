import { isSchema, type JsonSchema } from '../answers/json-schema.js';
import { OpenAiError } from '../http/openai-error.js';

/* Written from the provider's guide, and not shared with the engine's check: each would inherit the other's mistakes. */

const maxLevels = 10;
const maxProperties = 5000;
const maxEnumValues = 1000;
const maxCharacters = 120_000;
const refusedKeywords = [
  'allOf',
  'not',
  'dependentRequired',
  'dependentSchemas',
  'if',
  'then',
  'else',
  'oneOf',
  'uniqueItems',
];
const formats = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid'];

interface Asked {
  /** The name of the schema, and the field of the request that holds it. */
  readonly name: string;
  readonly param: string;
}

/**
 * Throws the error with which OpenAI refuses a schema of `strict: true`, at the first thing that is wrong with it
 * (https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas").
 */
export function checkStrictSchema(schema: JsonSchema, asked: Asked): void {
  if (schema['type'] !== 'object') {
    const found = JSON.stringify(schema['type'] ?? 'None');
    throw refusal(asked, `schema must be a JSON Schema of 'type: "object"', got 'type: ${found}'.`);
  }
  if ('anyOf' in schema) throw refusal(asked, "In context=(), 'anyOf' is not permitted.");
  const levels = checkSchema(schema, [], asked);
  if (levels > maxLevels) throw refusal(asked, `${levels} levels of nesting exceeds limit of ${maxLevels}.`);
  checkSizes(schema, asked);
}

/** Returns how many objects are within the outermost one, at the deepest place. */
function checkSchema(schema: JsonSchema, context: readonly string[], asked: Asked): number {
  const fail = (message: string): OpenAiError =>
    refusal(asked, `In context=(${context.map((step) => `'${step}'`).join(', ')}), ${message}`);
  for (const keyword of refusedKeywords) if (keyword in schema) throw fail(`'${keyword}' is not permitted.`);
  const { type, format } = schema;
  if (typeof format === 'string' && !formats.includes(format)) throw fail(`'${format}' is not a valid format.`);
  if (!['type', '$ref', 'anyOf', 'enum'].some((keyword) => keyword in schema))
    throw fail("schema must have a 'type' key.");
  const types = Array.isArray(type) ? type : [type];
  if (types.includes('array') && !isSchema(schema['items'])) throw fail('array schema missing items.');
  const isObject = types.includes('object');
  if (isObject) checkObject(schema, fail);

  const within = (key: string, inner: unknown, ...steps: readonly string[]): number =>
    isSchema(inner) ? checkSchema(inner, [...context, key, ...steps], asked) : 0;
  const ofProperties = entriesOf(schema['properties']).map(([name, one]) => within('properties', one, name));
  const alternatives = Array.isArray(schema['anyOf']) ? schema['anyOf'] : [];
  const ofOthers = [
    within('items', schema['items']),
    ...alternatives.map((one, index) => within('anyOf', one, String(index))),
  ];
  for (const keyword of ['$defs', 'definitions'])
    for (const [name, one] of entriesOf(schema[keyword])) within(keyword, one, name);
  const isOutermost = context.length === 0;
  return Math.max(0, ...ofProperties, ...ofOthers) + (isObject && !isOutermost ? 1 : 0);
}

function checkObject(schema: JsonSchema, fail: (message: string) => OpenAiError): void {
  if (schema['additionalProperties'] !== false)
    throw fail("'additionalProperties' is required to be supplied and to be false.");
  const names = entriesOf(schema['properties']).map(([name]) => name);
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const rule = "'required' is required to be supplied and to be an array including every key in properties.";
  const missing = names.find((name) => !required.includes(name));
  if (missing !== undefined) throw fail(`${rule} Missing '${missing}'.`);
  const extra = required.find((name) => !names.includes(name));
  if (extra !== undefined) throw fail(`${rule} Extra required key '${extra}' supplied.`);
}

function checkSizes(schema: JsonSchema, asked: Asked): void {
  const names: string[] = [];
  const enums: (readonly unknown[])[] = [];
  const texts: unknown[] = [];
  collect(schema, { names, enums, texts });
  if (names.length > maxProperties)
    throw refusal(asked, `${names.length} parameters exceeds limit of ${maxProperties}.`);
  const values = enums.flat();
  if (values.length > maxEnumValues)
    throw refusal(asked, `${values.length} enum values exceeds limit of ${maxEnumValues}.`);
  const longest = enums.find((one) => one.length > 250 && lengthOf(one) > 15_000);
  if (longest !== undefined)
    throw refusal(
      asked,
      `an enum of ${longest.length} values with ${lengthOf(longest)} characters exceeds limit of 15000.`,
    );
  const characters = lengthOf([...names, ...values, ...texts]);
  if (characters > maxCharacters) throw refusal(asked, `${characters} characters exceeds limit of ${maxCharacters}.`);
}

function collect(
  schema: unknown,
  into: { readonly names: string[]; readonly enums: (readonly unknown[])[]; readonly texts: unknown[] },
): void {
  if (Array.isArray(schema)) for (const one of schema) collect(one, into);
  if (!isSchema(schema)) return;
  if (Array.isArray(schema['enum'])) into.enums.push(schema['enum']);
  into.texts.push(schema['const']);
  for (const [name, one] of entriesOf(schema['properties'])) {
    into.names.push(name);
    collect(one, into);
  }
  for (const keyword of ['$defs', 'definitions'])
    for (const [name, one] of entriesOf(schema[keyword])) {
      into.texts.push(name);
      collect(one, into);
    }
  collect(schema['items'], into);
  collect(schema['anyOf'], into);
}

function lengthOf(values: readonly unknown[]): number {
  return values.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0);
}

function entriesOf(value: unknown): [string, unknown][] {
  return isSchema(value) ? Object.entries(value) : [];
}

function refusal({ name, param }: Asked, message: string): OpenAiError {
  return new OpenAiError(400, `Invalid schema for response_format '${name}': ${message}`, {
    param,
    code: 'invalid_json_schema',
  });
}
