/** A schema, and what its problem says when the provider refuses it. */
export interface RefusedSchema {
  readonly because: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly says: string;
}

const text = { type: 'string' };

/** An object with all its properties required. */
export function objectOf(
  properties: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false, ...more };
}

const numbered = (count: number, name: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => name(index));
const enumOf = (count: number, characters: number): Readonly<Record<string, unknown>> => ({
  type: 'string',
  enum: numbered(count, (index) => String(index).padStart(characters, 'x')),
});
/** Objects within objects, so many below the outermost one. */
const nested = (levels: number): Readonly<Record<string, unknown>> =>
  objectOf({ inner: levels === 0 ? text : nested(levels - 1) });
/** So many properties with names of this length, in objects of a hundred. */
function propertiesOf(count: number, characters: number): Readonly<Record<string, unknown>> {
  const names = numbered(count, (index) => String(index).padStart(characters, 'p'));
  const groups = numbered(Math.ceil(count / 101), (index) => names[index * 101] ?? '');
  const objects = groups.map((name, index): [string, unknown] => [
    name,
    objectOf(Object.fromEntries(names.slice(index * 101 + 1, (index + 1) * 101).map((inner) => [inner, text]))),
  ]);
  return objectOf(Object.fromEntries(objects));
}

/** What OpenAI's guide, or its error messages, exclude. */
export const refusedSchemas: readonly RefusedSchema[] = [
  { because: 'it is a list', schema: { type: 'array', items: text }, says: '.type: found "array"' },
  {
    because: 'the top is anyOf',
    schema: objectOf({ a: text }, { anyOf: [objectOf({ a: text })] }),
    says: '.anyOf: found it at the top',
  },
  {
    because: 'a property is optional',
    schema: objectOf({ a: text, b: text }, { required: ['a'] }),
    says: '.required: found b left out',
  },
  {
    because: 'a required property does not exist',
    schema: objectOf({ a: text }, { required: ['a', 'b'] }),
    says: '.required: found b, which properties lacks',
  },
  {
    because: 'an inner object allows further properties',
    schema: objectOf({ list: { type: 'array', items: objectOf({ a: text }, { additionalProperties: true }) } }),
    says: '.properties.list.items.additionalProperties: found true, expected false',
  },
  {
    because: 'an object names no properties',
    schema: objectOf({ any: { type: 'object' } }),
    says: '.properties.any.additionalProperties: found nothing, expected false',
  },
  {
    because: 'a definition allows further properties',
    schema: objectOf({ a: { $ref: '#/$defs/part' } }, { $defs: { part: { type: 'object', properties: {} } } }),
    says: '.$defs.part.additionalProperties: found nothing',
  },
  ...['allOf', 'oneOf'].map((keyword) => ({
    because: `it uses ${keyword}`,
    schema: objectOf({ a: { [keyword]: [text] } }),
    says: `.properties.a.${keyword}: found it`,
  })),
  {
    because: 'it uses not',
    schema: objectOf({ a: { type: 'string', not: { const: 'x' } } }),
    says: '.properties.a.not: found it',
  },
  {
    because: 'it uses uniqueItems',
    schema: objectOf({ a: { type: 'array', items: text, uniqueItems: true } }),
    says: '.properties.a.uniqueItems: found it',
  },
  {
    because: 'it has cases',
    schema: objectOf({ a: text }, { if: { properties: { a: { const: 'x' } } }, then: { required: ['a'] } }),
    says: '.if: found it',
  },
  {
    because: 'its format is unknown',
    schema: objectOf({ page: { type: 'string', format: 'uri' } }),
    says: '.properties.page.format: found "uri", expected one that the provider supports: date-time',
  },
  {
    because: 'a property has no type',
    schema: objectOf({ a: { description: 'Anything.' } }),
    says: '.properties.a.type: found nothing, expected a type',
  },
  {
    because: 'a list has no schema of its items',
    schema: objectOf({ a: { type: 'array' } }),
    says: '.properties.a.items: found nothing',
  },
  { because: 'it is 11 levels deep', schema: nested(11), says: 'found 11 levels of objects, expected at most 10' },
  { because: 'it has 5,001 properties', schema: propertiesOf(5001, 4), says: 'found 5001 properties' },
  {
    because: 'it has 1,001 values of enum',
    schema: objectOf({ a: enumOf(1001, 4) }),
    says: 'found 1001 values of enum',
  },
  {
    because: 'one enum of 251 values is too long',
    schema: objectOf({ a: enumOf(251, 60) }),
    says: '.properties.a.enum: found 15060 characters in 251 values',
  },
  {
    because: 'its names are too long',
    schema: propertiesOf(1001, 120),
    says: 'found 120120 characters in names',
  },
];

/** What OpenAI's guide allows, up to its limits. */
export const acceptedSchemas: readonly Omit<RefusedSchema, 'says'>[] = [
  { because: 'a field that may be null', schema: objectOf({ a: { type: ['string', 'null'] } }) },
  {
    because: 'constraints',
    schema: objectOf({
      name: { type: 'string', pattern: '^[a-z]+$', description: 'A name.' },
      mail: { type: 'string', format: 'email' },
      age: { type: 'integer', minimum: 0, maximum: 120 },
      tags: { type: 'array', items: text, minItems: 1, maxItems: 3 },
    }),
  },
  {
    because: 'anyOf in a property',
    schema: objectOf({ item: { anyOf: [objectOf({ name: text }), objectOf({ number: { type: 'number' } })] } }),
  },
  {
    because: 'a definition that refers to itself',
    schema: objectOf(
      { list: { $ref: '#/$defs/node' } },
      { $defs: { node: objectOf({ value: text, next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } }) } },
    ),
  },
  { because: 'a reference to the top', schema: objectOf({ children: { type: 'array', items: { $ref: '#' } } }) },
  { because: 'ten levels', schema: nested(10) },
  { because: '5,000 properties', schema: propertiesOf(5000, 4) },
  { because: '1,000 values of enum', schema: objectOf({ a: enumOf(1000, 4) }) },
  { because: '250 long values of enum', schema: objectOf({ a: enumOf(250, 61) }) },
  { because: '120,000 characters of names', schema: propertiesOf(1000, 120) },
  { because: 'a property with the name of a keyword', schema: objectOf({ oneOf: text, not: text, format: text }) },
];
