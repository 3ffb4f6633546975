import { closestName } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import { expectedOtherName, foundResponseVariable, responseVariables } from './reserved-names.js';
import type { Source } from '../pipeline.js';
import type { CheckContext } from './check-context.js';
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

export function checkSource({ problems, defaults }: CheckContext, definition: Section): Source {
  const section = Section.of(problems, 'source', definition.get('source'), keys);
  const collection = section.text('collection', {
    fallback: defaults.collection ?? null,
    pattern: /^(?!system\.)[^$\0]{1,120}$/,
    expected: 'the name of a collection',
  });
  if (collection === null && !section.has('collection')) {
    problems.addValue(
      'source.collection',
      undefined,
      'the name of a collection here, or the setting MONGODB_COLLECTION',
    );
  }

  const queryTemplate = section.get('queryTemplate') ?? {};
  if (typeof queryTemplate !== 'function' && !isPlainObject(queryTemplate)) {
    problems.addValue('source.queryTemplate', queryTemplate, 'a filter, or a function from the parameters to one');
  }
  const documentIdField = section.fieldPath('documentIdField', '_id');
  const fieldMap = checkFieldMap(problems, section);
  return {
    collection: collection ?? '',
    queryTemplate: queryTemplate as Source['queryTemplate'], // checked to be one of the two; a function's result is checked per run
    chunkIdField: section.fieldPath('chunkIdField', '_id'),
    parentIdField: section.fieldPath('parentIdField', section.has('documentIdField') ? documentIdField : 'doc_id'),
    documentIdField,
    fieldMap,
    preprocessFunctions: checkPreprocess(problems, section, Object.keys(fieldMap)),
  };
}

function checkFieldMap(problems: CheckContext['problems'], section: Section): Record<string, string> {
  const map = section.get('fieldMap') ?? {};
  if (!isPlainObject(map)) {
    problems.addValue('source.fieldMap', map, 'an object from template variables to dotted paths');
    return {};
  }
  const checked: Record<string, string> = {};
  for (const [variable, path] of Object.entries(map)) {
    const key = `source.fieldMap.${variable}`;
    if (!variablePattern.test(variable)) {
      problems.add(key, 'a name that templates cannot use', 'letters, digits and _, not starting with a digit');
    }
    if (responseVariables.includes(variable)) problems.add(key, foundResponseVariable, expectedOtherName);
    if (typeof path === 'string' && fieldPathPattern.test(path)) checked[variable] = path;
    else problems.addValue(key, path, expectedFieldPath);
  }
  return checked;
}

function checkPreprocess(
  problems: CheckContext['problems'],
  section: Section,
  variables: readonly string[],
): Source['preprocessFunctions'] {
  const functions = section.get('preprocessFunctions') ?? {};
  if (!isPlainObject(functions)) {
    problems.addValue('source.preprocessFunctions', functions, 'an object from variables of fieldMap to functions');
    return {};
  }
  for (const [variable, preprocess] of Object.entries(functions)) {
    const key = `source.preprocessFunctions.${variable}`;
    if (typeof preprocess !== 'function') problems.addValue(key, preprocess, 'a function');
    if (!variables.includes(variable) && isPlainObject(section.get('fieldMap') ?? {})) {
      const similar = closestName(variable, variables);
      problems.add(
        key,
        'a variable that is not in fieldMap',
        similar === null ? `one of ${variables.join(', ') || '(fieldMap is empty)'}` : `"${similar}"?`,
      );
    }
  }
  return functions as Source['preprocessFunctions']; // all values were checked to be functions
}
