import type { Filter } from '../../store.js';
import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { fieldOperators, isOperators, valueTests, type Document, type Predicate } from './operators.js';
import { patternOf } from './pattern.js';
import { someValueAt } from './values-at.js';

/**
 * Compiles a filter with MongoDB's semantics. Refuses unknown operators (`store.filter-refused`) and undefined conditions,
 * which MongoDB's driver would drop, so that the filter would match everything.
 *
 * The functions below are in the order in which a filter is read: its entries, the operators on one field, then the
 * operators that contain conditions. The tests of single values are in `operators.ts`.
 */
export function compileFilter(filter: Filter): Predicate {
  return every(Object.entries(filter).map(([name, condition]) => compileEntry(name, condition)));
}

function compileEntry(name: string, condition: unknown): Predicate {
  switch (name) {
    case '$and':
      return every(compileEach(name, condition));
    case '$or':
      return some(compileEach(name, condition));
    case '$nor':
      return not(some(compileEach(name, condition)));
    default:
      return name.startsWith('$')
        ? refuseFilter(`${name} is not an operator of a filter, expected $and, $or or $nor`)
        : compileField(name, condition);
  }
}

function compileEach(name: string, filters: unknown): Predicate[] {
  if (!Array.isArray(filters) || filters.length === 0) {
    refuseFilter(`${name} needs an array of filters, with one at least`);
  }
  return filters.map((filter) =>
    isDocument(filter) ? compileFilter(filter) : refuseFilter(`${name} needs an array of filters`),
  );
}

/** Compiles the condition on one path: operators, which must all match, or else a value or a pattern. */
function compileField(path: string, condition: unknown): Predicate {
  if (condition === undefined) {
    refuseFilter(`${path}: the condition is undefined, which would match everything; leave the field out or use null`);
  }
  if (!isOperators(condition)) {
    return fieldOperators.$eq(path.split('.'), condition);
  }
  return every(operatorsIn(path, condition).map(([name, operand]) => compileOperator(path, name, operand)));
}

/** The operators of a condition with their operands. `$options` is merged into `$regex`. */
function operatorsIn(path: string, condition: Document): (readonly [string, unknown])[] {
  const { $options: options, $regex: pattern, ...others } = condition;
  const operators = Object.entries(options === undefined ? condition : others);
  for (const [name, operand] of operators) {
    if (operand === undefined) {
      refuseFilter(`${path}: the operand of ${name} is undefined; leave the operator out or use null`);
    }
  }
  return options === undefined ? operators : [...operators, ['$regex', patternOf(path, pattern, options)]];
}

function compileOperator(path: string, name: string, operand: unknown): Predicate {
  switch (name) {
    case '$not':
      return not(compileField(path, operandOfNot(path, operand)));
    case '$elemMatch':
      return someElementMatches(path, operand);
    case '$all':
      return containsAll(path, operand);
    default:
      return isFieldOperator(name)
        ? fieldOperators[name](path.split('.'), operand)
        : refuseFilter(`${path}: ${name} is not an operator of a condition`);
  }
}

function isFieldOperator(name: string): name is keyof typeof fieldOperators {
  return Object.hasOwn(fieldOperators, name);
}

function operandOfNot(path: string, operand: unknown): unknown {
  return isOperators(operand) || bracketOf(operand) === Bracket.regex
    ? operand
    : refuseFilter(`${path}: $not needs an object of operators, or a regular expression`);
}

/** `{a: {$elemMatch: {…}}}`: one element, which may be a document or a scalar, matches all of it. */
function someElementMatches(path: string, operand: unknown): Predicate {
  if (!isDocument(operand)) {
    refuseFilter(`${path}: $elemMatch needs an object`);
  }
  const parts = path.split('.');
  const matches =
    isOperators(operand) && !isLogical(operand) ? compileElement(path, operand) : compileDocument(operand);
  return (document) => someValueAt(document, parts, (value) => Array.isArray(value) && value.some(matches));
}

/** True if it starts with `$and`, `$or` or `$nor`, which contain whole filters. */
function isLogical(operators: Document): boolean {
  return ['$and', '$or', '$nor'].includes(Object.keys(operators)[0] ?? '');
}

/** Compiles a filter of elements. Only documents match. */
export function compileDocument(filter: Filter): (element: unknown) => boolean {
  const matches = compileFilter(filter);
  return (element) => isDocument(element) && matches(element);
}

/** Compiles a condition on an element of an array. The elements of a nested array are not tested. */
function compileElement(path: string, condition: unknown): (element: unknown) => boolean {
  if (!isOperators(condition)) {
    return valueTests.$eq(condition, path);
  }
  return every(
    operatorsIn(path, condition).map(([name, operand]) => {
      if (name === '$not') {
        return not(compileElement(path, operandOfNot(path, operand)));
      }
      return isValueTest(name) ? valueTests[name](operand, path) : compileValue({ [name]: operand });
    }),
  );
}

function isValueTest(name: string): name is keyof typeof valueTests {
  return Object.hasOwn(valueTests, name);
}

/** Compiles a condition on a value as if it were the value of a field: an array matches if one of its elements does. */
export function compileValue(condition: unknown): (value: unknown) => boolean {
  const matches = compileFilter({ value: condition });
  return (value) => matches({ value });
}

/** `{a: {$all: […]}}`: the array contains every value, and an element for every `$elemMatch`. */
function containsAll(path: string, operand: unknown): Predicate {
  if (!Array.isArray(operand)) {
    refuseFilter(`${path}: $all needs an array`);
  }
  const each = operand.map((value: unknown) =>
    isDocument(value) && '$elemMatch' in value
      ? someElementMatches(path, value['$elemMatch'])
      : fieldOperators.$eq(path.split('.'), value),
  );
  return each.length === 0 ? () => false : every(each);
}

function every<T>(tests: readonly ((value: T) => boolean)[]): (value: T) => boolean {
  const [only, ...others] = tests;
  return only !== undefined && others.length === 0 ? only : (value) => tests.every((matches) => matches(value));
}

function some<T>(tests: readonly ((value: T) => boolean)[]): (value: T) => boolean {
  return (value) => tests.some((matches) => matches(value));
}

function not<T>(matches: (value: T) => boolean): (value: T) => boolean {
  return (value) => !matches(value);
}
