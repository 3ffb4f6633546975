import { hash32 } from '../random/seeded-random.js';
import { isSchema, resolveReference } from './json-schema.js';
import type { JsonSchema } from './json-schema.js';
import { splitSentences } from './sentences.js';
import { stringFor } from './string-for-schema.js';

/** Below this depth only required properties are generated, so that a recursive schema terminates. */
const fullDepth = 4;
const maxDepth = 12;

/** A value that the schema allows; its strings come from the text. Deterministic. */
export function instanceOfSchema(schema: JsonSchema, text: string): unknown {
  return new InstanceMaker(schema, splitSentences(text)).make(schema, '$', 0);
}

class InstanceMaker {
  readonly #root: JsonSchema;
  readonly #sentences: readonly string[];

  constructor(root: JsonSchema, sentences: readonly string[]) {
    this.#root = root;
    this.#sentences = sentences;
  }

  make(given: JsonSchema, path: string, depth: number): unknown {
    const schema = this.#merged(resolveReference(given, this.#root));
    if ('const' in schema) return schema['const'];
    const choices = schema['enum'];
    if (Array.isArray(choices)) return choices[hash32(path + (this.#sentences[0] ?? '')) % choices.length];
    const alternatives = listOf(schema['anyOf'] ?? schema['oneOf']);
    if (alternatives.length > 0) return this.make(this.#chosen(alternatives, depth), path, depth + 1);
    return this.#ofType(typeOf(schema, depth), schema, path, depth);
  }

  #ofType(type: string, schema: JsonSchema, path: string, depth: number): unknown {
    switch (type) {
      case 'object':
        return this.#object(schema, path, depth);
      case 'array':
        return this.#array(schema, path, depth);
      case 'integer':
      case 'number':
        return numberFor(schema, type === 'integer', hash32(path));
      case 'boolean':
        return hash32(path) % 2 === 0;
      case 'null':
        return null;
      default:
        return stringFor(schema, this.#sentences, path);
    }
  }

  #object(schema: JsonSchema, path: string, depth: number): Record<string, unknown> {
    const properties = isSchema(schema['properties']) ? schema['properties'] : {};
    const required = new Set(Array.isArray(schema['required']) ? schema['required'].map(String) : []);
    const made: Record<string, unknown> = {};
    for (const name of new Set([...Object.keys(properties), ...required])) {
      if (depth >= fullDepth && !required.has(name)) continue;
      const property = properties[name];
      made[name] = this.make(isSchema(property) ? property : {}, `${path}.${name}`, depth + 1);
    }
    return made;
  }

  #array(schema: JsonSchema, path: string, depth: number): unknown[] {
    const prefix = listOf(schema['prefixItems']);
    const least = numeric(schema['minItems']) ?? 0;
    const most = numeric(schema['maxItems']) ?? Number.POSITIVE_INFINITY;
    const count = Math.min(most, Math.max(least, prefix.length, depth >= fullDepth ? 0 : 2));
    const items = isSchema(schema['items']) ? schema['items'] : {};
    const made: unknown[] = [];
    const seen = new Set<string>();
    for (let index = 0; made.length < count && index < count + 32; index += 1) {
      const item = this.make(prefix[made.length] ?? items, `${path}[${index}]`, depth + 1);
      const known = seen.has(JSON.stringify(item));
      seen.add(JSON.stringify(item));
      if (schema['uniqueItems'] === true && known && made.length >= prefix.length) continue;
      made.push(item);
    }
    return made;
  }

  #merged(schema: JsonSchema): JsonSchema {
    let merged = schema;
    for (const part of listOf(schema['allOf'])) {
      const other = this.#merged(resolveReference(part, this.#root));
      const properties = { ...asRecord(merged['properties']), ...asRecord(other['properties']) };
      const required = [...asList(merged['required']), ...asList(other['required'])];
      merged = { ...merged, ...other, properties, required };
    }
    return merged;
  }

  /** The first alternative, unless it recurses and another one does not. */
  #chosen(alternatives: readonly JsonSchema[], depth: number): JsonSchema {
    const flat = alternatives.find((one) => !('$ref' in one) && one['type'] !== 'object' && one['type'] !== 'array');
    return (depth >= fullDepth ? flat : undefined) ?? alternatives[0] ?? {};
  }
}

function typeOf(schema: JsonSchema, depth: number): string {
  const type = schema['type'];
  if (Array.isArray(type)) return depth >= maxDepth && type.includes('null') ? 'null' : String(type[0]);
  if (typeof type === 'string') return type;
  if (isSchema(schema['properties'])) return 'object';
  return 'items' in schema ? 'array' : 'string';
}

function numberFor(schema: JsonSchema, whole: boolean, lot: number): number {
  const step = numeric(schema['multipleOf']) ?? (whole ? 1 : 0.5);
  const exclusiveLow = numeric(schema['exclusiveMinimum']);
  const exclusiveHigh = numeric(schema['exclusiveMaximum']);
  const low = numeric(schema['minimum']) ?? exclusiveLow;
  const high = numeric(schema['maximum']) ?? exclusiveHigh;
  let first = Math.ceil((low ?? (high === undefined ? 0 : high - 10 * step)) / step);
  if (first * step === exclusiveLow) first += 1;
  let last = high === undefined ? first + 10 : Math.floor(high / step);
  if (last * step === exclusiveHigh) last -= 1;
  if (last < first) return low !== undefined && high !== undefined ? (low + high) / 2 : first * step;
  return (first + (lot % (Math.min(last - first, 10) + 1))) * step;
}

function listOf(value: unknown): JsonSchema[] {
  return Array.isArray(value) ? value.filter(isSchema) : [];
}

function asRecord(value: unknown): JsonSchema {
  return isSchema(value) ? value : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function numeric(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
