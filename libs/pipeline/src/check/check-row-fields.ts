import { isPlainObject } from '@batchmill/documents';
import { scalarTypes } from '../definition/parameter-definitions.js';
import type { RowField, RowFieldValue, VectorTarget } from '../pipeline.js';
import { expectedOf, storedValue } from '../requests/row-fields.js';
import type { CheckContext } from './check-context.js';
import { Section, expectedFieldPath, fieldPathPattern } from './section.js';

/** Fits a path or a URL. */
const defaultMaxBytes = 1_024;
/** The limits of Milvus: https://milvus.io/docs/limitations.md. A row has six fields of its own. */
const mostBytes = 65_535;
const mostFields = 64 - 6;

const namePattern = /^[a-z][a-z0-9_]{0,62}$/;
/** Words of Milvus's expressions, of which our conditions use some. */
const words = ['and', 'or', 'not', 'in', 'like', 'exists', 'true', 'false', 'null'];
const reservedNames = ['key', 'vector', 'score', 'text_hash', 'model', ...words];

const expectedName = '1 to 63 of a-z, 0-9 and _, starting with a letter';

/** The fields of a row that hold the ids of its document. */
export function checkIdFields(
  { problems }: CheckContext,
  vectors: Section,
): Pick<VectorTarget, 'idFields' | 'idBytes'> {
  const keys = ['chunk', 'parent', 'maxBytes'];
  const section = Section.of(problems, vectors.at('idFields'), vectors.get('idFields') ?? {}, keys);
  const nameOf = (key: 'chunk' | 'parent', fallback: string): string => {
    const name = section.text(key, { fallback, pattern: namePattern, expected: expectedName });
    if (reservedNames.includes(name)) problems.add(section.at(key), 'a reserved name', 'another name');
    return name;
  };
  const chunkId = nameOf('chunk', 'block_mongo_id');
  const parentId = nameOf('parent', 'block_doc_id');
  if (chunkId === parentId) problems.add(section.path, `"${chunkId}" for both ids`, 'a field for each');
  const idBytes = section.number('maxBytes', { fallback: defaultMaxBytes, from: 1, to: mostBytes });
  return { idFields: { chunkId, parentId }, idBytes };
}

/** `ownNames`: the fields that every row has. */
export function checkRowFields({ problems }: CheckContext, vectors: Section, ownNames: readonly string[]): RowField[] {
  const path = vectors.at('fields');
  const definitions = vectors.get('fields') ?? {};
  if (!isPlainObject(definitions)) {
    problems.addValue(path, definitions, `an object from names to types: ${scalarTypes.join(', ')}`);
    return [];
  }
  const names = Object.keys(definitions);
  if (names.length > mostFields) problems.add(path, `${names.length} fields`, `at most ${mostFields}`);
  const reserved = [...reservedNames, ...ownNames];
  return names.flatMap((name) => {
    if (!namePattern.test(name)) {
      problems.add(`${path}.${name}`, 'a name that stores refuse', expectedName);
    } else if (reserved.includes(name)) {
      problems.add(`${path}.${name}`, 'a reserved name', `another name than ${reserved.join(', ')}`);
    }
    return checkField(problems, `${path}.${name}`, { name, definition: definitions[name] }) ?? [];
  });
}

/** By which of its fields the collection is partitioned. Milvus takes a text, as ids are, or an integer. */
export function checkPartitionBy(
  { problems }: CheckContext,
  vectors: Section,
  { idFields, rowFields }: Pick<VectorTarget, 'idFields' | 'rowFields'>,
): string | null {
  if (!vectors.has('partitionBy')) return null;
  const ids = Object.values(idFields);
  const expected = `one of embeddings.vectors.fields of the type string or integer, or of ${ids.join(' and ')}`;
  const name = vectors.text('partitionBy', { fallback: '', pattern: namePattern, expected });
  if (name === '' || ids.includes(name)) return name;
  const type = rowFields.find((each) => each.name === name)?.type;
  if (type !== 'string' && type !== 'integer') {
    const found = type === undefined ? `"${name}"` : `"${name}" of the type ${type}`;
    problems.add(vectors.at('partitionBy'), found, expected);
  }
  return name;
}

function checkField(
  problems: CheckContext['problems'],
  key: string,
  { name, definition }: { readonly name: string; readonly definition: unknown },
): RowField | null {
  const options = typeof definition === 'string' ? { type: definition } : definition;
  const section = Section.of(problems, key, options, ['type', 'path', 'maxBytes', 'default']);
  const type = section.oneOf('type', scalarTypes, null);
  if (type === null) {
    if (!section.has('type')) problems.addValue(section.at('type'), undefined, scalarTypes.join(', '));
    return null;
  }
  const isText = type === 'string';
  if (section.has('maxBytes') && !isText) problems.add(section.at('maxBytes'), `it beside the type ${type}`, 'none');
  const maxBytes = section.number('maxBytes', { fallback: defaultMaxBytes, from: 1, to: mostBytes });
  return {
    name,
    type,
    path: section.text('path', { fallback: name, pattern: fieldPathPattern, expected: expectedFieldPath }),
    maxBytes: isText ? maxBytes : null,
    default: checkDefault(problems, section, { type, maxBytes }),
  };
}

function checkDefault(
  problems: CheckContext['problems'],
  section: Section,
  { type, maxBytes }: { readonly type: RowField['type']; readonly maxBytes: number },
): RowFieldValue | null {
  if (!section.has('default')) return null;
  const value = storedValue(type, section.get('default'));
  if (value === null) problems.addValue(section.at('default'), section.get('default'), expectedOf[type]);
  if (typeof value === 'string' && Buffer.byteLength(value) > maxBytes) {
    problems.add(section.at('default'), `${Buffer.byteLength(value)} bytes`, `at most ${maxBytes}`);
  }
  return value;
}
