import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { instanceOfSchema } from './instance-of-schema.js';
import type { JsonSchema } from './json-schema.js';

const text = 'Ada wrote to Charles in 1843. The engine weaves patterns. Nobody built it.';

const schemas: Readonly<Record<string, JsonSchema>> = {
  'scalars with bounds': {
    type: 'object',
    properties: {
      age: { type: 'integer', minimum: 18, maximum: 20 },
      share: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      even: { type: 'integer', multipleOf: 2, exclusiveMinimum: 10, exclusiveMaximum: 13 },
      below: { type: 'number', maximum: -3 },
      sure: { type: 'boolean' },
      nothing: { type: 'null' },
    },
    required: ['age', 'share', 'even', 'below', 'sure', 'nothing'],
    additionalProperties: false,
  },
  'strings with bounds and patterns': {
    type: 'object',
    properties: {
      short: { type: 'string', maxLength: 4 },
      long: { type: 'string', minLength: 500 },
      code: { type: 'string', pattern: '^[A-Z]{3}-\\d{3}$' },
      day: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    },
    required: ['short', 'long', 'code', 'day'],
  },
  'enums and constants': {
    type: 'object',
    properties: { mood: { enum: ['good', 'bad'] }, version: { const: 3 }, kind: { type: 'string', enum: ['only'] } },
    required: ['mood', 'version', 'kind'],
    additionalProperties: false,
  },
  'arrays with bounds': {
    type: 'object',
    properties: {
      three: { type: 'array', items: { type: 'string' }, minItems: 3 },
      one: { type: 'array', items: { type: 'number' }, maxItems: 1 },
      different: { type: 'array', items: { type: 'string' }, minItems: 3, uniqueItems: true },
    },
    required: ['three', 'one', 'different'],
  },
  'nested objects and alternatives': {
    type: 'object',
    properties: {
      person: {
        type: 'object',
        properties: {
          name: { type: ['string', 'null'] },
          home: { anyOf: [{ type: 'object', properties: {} }, { type: 'null' }] },
        },
        required: ['name', 'home'],
        additionalProperties: false,
      },
      all: {
        allOf: [{ type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }, { required: ['b'] }],
      },
    },
    required: ['person', 'all'],
  },
  'a schema that names itself': {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: {
          value: { type: 'string' },
          next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          children: { type: 'array', items: { $ref: '#/$defs/node' } },
        },
        required: ['value', 'next', 'children'],
        additionalProperties: false,
      },
    },
  },
};

describe('instanceOfSchema', () => {
  it.each(Object.entries(schemas))('I5: what is made of %s is valid', (_name, schema) => {
    const ajv = new Ajv({ strict: false });

    const instance = instanceOfSchema(schema, text);

    ajv.validate(schema, instance);
    expect(ajv.errors ?? []).toEqual([]);
  });

  it('strings come from the text, the same ones each time', () => {
    const schema = { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'] };

    const first = instanceOfSchema(schema, text) as { summary: string };

    expect(text).toContain(first.summary);
    expect(instanceOfSchema(schema, text)).toEqual(first);
  });
});
