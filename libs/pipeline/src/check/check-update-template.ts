import { closestName } from '@batchmill/contracts';
import { isPlainObject, pathsOverlap } from '@batchmill/documents';
import { isTemplate } from '@batchmill/templates';
import type { UpdateOperators } from '../definition/update-operators.js';
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

/** Operators that a user's update may use. */
export function isKnownOperator(name: string): boolean {
  return updateOperators.includes(name);
}

interface Marks {
  readonly statusField: string;
  /** The one value that a template may set the status to: the one that we set at that moment. */
  readonly statusValue: string;
  /** Fields that we keep: the bookkeeping, and the last error. */
  readonly bookkeeping: readonly string[];
}

/**
 * A user's update without what we write ourselves: setting the status to what it becomes anyway is left out, since it
 * comes with our marks. Any other write to the status, the bookkeeping or `_id` is a problem.
 */
export function checkUpdateTemplate(problems: Problems, key: string, template: unknown, marks: Marks): UpdateOperators {
  if (!isPlainObject(template)) {
    problems.wrong(key, template, 'an update such as { $set: { field: value } }');
    return {};
  }
  const checked: Record<string, Record<string, unknown>> = {};
  const written: string[] = [];
  for (const [operator, fields] of Object.entries(template)) {
    if (!isOperator(problems, `${key}.${operator}`, operator, fields)) continue;
    for (const [path, value] of Object.entries(fields)) {
      const at = `${key}.${operator}.${path}`;
      if (operator === '$set' && path === marks.statusField && value === marks.statusValue) continue;
      const twice = written.find((other) => pathsOverlap(other, path));
      if (twice !== undefined) problems.add(at, `"${path}" beside "${twice}"`, 'each field to be written once');
      written.push(path);
      if (operator === '$rename' && typeof value === 'string') checkPath(problems, at, value, marks, value);
      checkPath(problems, at, path, marks, value);
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
    const meant = closestName(operator, updateOperators);
    problems.add(
      at,
      'an operator that is not known',
      meant === null ? `one of ${updateOperators.join(', ')}` : `"${meant}"?`,
    );
    return false;
  }
  if (!isPlainObject(fields)) {
    problems.wrong(at, fields, 'an object from fields to values');
    return false;
  }
  return true;
}

function checkPath(problems: Problems, at: string, path: string, marks: Marks, value: unknown): void {
  if (!isTemplate(path) && !fieldPathPattern.test(path)) problems.add(at, `"${path}"`, expectedFieldPath);
  if (pathsOverlap(path, '_id')) problems.add(at, '"_id"', 'another field: _id is never written');
  if (pathsOverlap(path, marks.statusField)) {
    const found = `"${path}" set to ${describeValue(value)}`;
    problems.add(at, found, `the status to be left to us (it becomes "${marks.statusValue}")`);
  }
  const kept = marks.bookkeeping.find((field) => pathsOverlap(path, field));
  if (kept !== undefined) problems.add(at, `"${path}"`, `the bookkeeping in "${kept}" to be left to us`);
}
