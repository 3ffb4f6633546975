import { closestName } from '@batchmill/contracts';
import { isPlainObject, pathsOverlap } from '@batchmill/documents';
import { isTemplate } from '@batchmill/templates';
import type { UpdateOperators } from '../definition/mongo-operators.js';
import { describeValue } from './describe-value.js';
import type { Problems } from './problems.js';
import { expectedFieldPath, fieldPathPattern } from './section.js';

export const updateOperators = [
  '$set',
  '$unset',
  '$inc',
  '$mul',
  '$min',
  '$max',
  '$push',
  '$pull',
  '$addToSet',
  '$rename',
];

/** True for the operators that a user's update may use. */
export function isKnownOperator(name: string): boolean {
  return updateOperators.includes(name);
}

interface ReservedFields {
  readonly statusField: string;
  /** The only value that a template may set the status to: the one that Batchmill sets at that moment. */
  readonly statusValue: string;
  /** The fields of the marks and of the last error. */
  readonly markFields: readonly string[];
}

/**
 * Checks a user's update and returns it without setting the status to the value that Batchmill sets at that moment anyway. Any
 * other write to the status, the marks or `_id` is a problem.
 */
export function checkUpdateTemplate(
  problems: Problems,
  key: string,
  template: unknown,
  reserved: ReservedFields,
): UpdateOperators {
  if (!isPlainObject(template)) {
    problems.addValue(key, template, 'an update such as { $set: { field: value } }');
    return {};
  }
  const checked: Record<string, Record<string, unknown>> = {};
  const written: string[] = [];
  for (const [operator, fields] of Object.entries(template)) {
    if (!isOperator(problems, `${key}.${operator}`, operator, fields)) continue;
    for (const [path, value] of Object.entries(fields)) {
      const at = `${key}.${operator}.${path}`;
      if (operator === '$set' && path === reserved.statusField && value === reserved.statusValue) continue;
      const twice = written.find((other) => pathsOverlap(other, path));
      if (twice !== undefined) problems.add(at, `"${path}" beside "${twice}"`, 'each field only once');
      written.push(path);
      if (operator === '$rename' && typeof value === 'string') checkPath(problems, at, value, reserved, value);
      checkPath(problems, at, path, reserved, value);
      (checked[operator] ??= {})[path] = value;
    }
  }
  return checked;
}

function isOperator(
  problems: Problems,
  at: string,
  operator: string,
  fields: unknown,
): fields is Record<string, unknown> {
  if (!isKnownOperator(operator)) {
    const similar = closestName(operator, updateOperators);
    problems.add(
      at,
      'an unknown operator',
      similar === null ? `one of ${updateOperators.join(', ')}` : `"${similar}"?`,
    );
    return false;
  }
  if (!isPlainObject(fields)) {
    problems.addValue(at, fields, 'an object from fields to values');
    return false;
  }
  return true;
}

function checkPath(problems: Problems, at: string, path: string, reserved: ReservedFields, value: unknown): void {
  if (!isTemplate(path) && !fieldPathPattern.test(path)) problems.add(at, `"${path}"`, expectedFieldPath);
  if (pathsOverlap(path, '_id')) problems.add(at, '"_id"', 'another field: _id is never written');
  if (pathsOverlap(path, reserved.statusField)) {
    const found = `"${path}" set to ${describeValue(value)}`;
    problems.add(at, found, `no write to the status, which Batchmill sets to "${reserved.statusValue}"`);
  }
  const mark = reserved.markFields.find((field) => pathsOverlap(path, field));
  if (mark !== undefined) problems.add(at, `"${path}"`, `no write to "${mark}", where Batchmill keeps its marks`);
}
