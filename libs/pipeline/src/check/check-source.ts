import { closestName } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import { ownNameExpected, ownNameFound, ownNames } from '../own-names.js';
import type { Source } from '../pipeline.js';
import type { Checking } from './checking.js';
import { Section, expectedFieldPath, fieldPathPattern } from './section.js';

const keys = [
  'collection',
  'queryTemplate',
  'chunkIdField',
  'parentIdField',
  'documentIdField',
  'fieldMap',
  'preprocessFunctions',
];
const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function checkSource({ problems, defaults }: Checking, definition: Section): Source {
  const section = Section.of(problems, 'source', definition.get('source'), keys);
  const collection = section.text('collection', {
    otherwise: defaults.collection ?? null,
    pattern: /^(?!system\.)[^$\0]{1,120}$/,
    expected: 'the name of a collection',
  });
  if (collection === null && !section.has('collection')) {
    problems.wrong('source.collection', undefined, 'the name of a collection here, or the setting MONGODB_COLLECTION');
  }

  const queryTemplate = section.get('queryTemplate') ?? {};
  if (typeof queryTemplate !== 'function' && !isPlainObject(queryTemplate)) {
    problems.wrong('source.queryTemplate', queryTemplate, 'a filter, or a function from the parameters to one');
  }
  const documentIdField = section.fieldPath('documentIdField', '_id');
  const fieldMap = checkFieldMap(problems, section);
  return {
    collection: collection ?? '',
    queryTemplate: queryTemplate as Source['queryTemplate'], // either of the two was checked; what it returns is checked per run
    chunkIdField: section.fieldPath('chunkIdField', '_id'),
    parentIdField: section.fieldPath('parentIdField', section.has('documentIdField') ? documentIdField : 'doc_id'),
    documentIdField,
    fieldMap,
    preprocessFunctions: checkPreprocess(problems, section, Object.keys(fieldMap)),
  };
}

function checkFieldMap(problems: Checking['problems'], section: Section): Record<string, string> {
  const map = section.get('fieldMap') ?? {};
  if (!isPlainObject(map)) {
    problems.wrong('source.fieldMap', map, 'an object from template variables to dotted paths');
    return {};
  }
  const checked: Record<string, string> = {};
  for (const [variable, path] of Object.entries(map)) {
    const key = `source.fieldMap.${variable}`;
    if (!variablePattern.test(variable)) {
      problems.add(key, 'a name that templates cannot use', 'letters, digits and _, not starting with a digit');
    }
    if (ownNames.includes(variable)) problems.add(key, ownNameFound, ownNameExpected);
    if (typeof path === 'string' && fieldPathPattern.test(path)) checked[variable] = path;
    else problems.wrong(key, path, expectedFieldPath);
  }
  return checked;
}

function checkPreprocess(
  problems: Checking['problems'],
  section: Section,
  variables: readonly string[],
): Source['preprocessFunctions'] {
  const functions = section.get('preprocessFunctions') ?? {};
  if (!isPlainObject(functions)) {
    problems.wrong('source.preprocessFunctions', functions, 'an object from variables of fieldMap to functions');
    return {};
  }
  for (const [variable, preprocess] of Object.entries(functions)) {
    const key = `source.preprocessFunctions.${variable}`;
    if (typeof preprocess !== 'function') problems.wrong(key, preprocess, 'a function');
    if (!variables.includes(variable) && isPlainObject(section.get('fieldMap') ?? {})) {
      const meant = closestName(variable, variables);
      problems.add(
        key,
        'a variable that fieldMap does not have',
        meant === null ? `one of ${variables.join(', ') || '(fieldMap is empty)'}` : `"${meant}"?`,
      );
    }
  }
  return functions as Source['preprocessFunctions']; // every value was checked to be a function
}
