import type { Filter } from '../../store.js';
import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { fieldOperators, isOperators, valueTests, type Document, type Predicate } from './operators.js';
import { patternOf } from './pattern.js';
import { someValueAt } from './values-at.js';

/**
 * A filter as a function, with MongoDB's semantics. What it does not know is refused (`store.filter-refused`), and so is
 * an undefined condition: MongoDB's driver would drop it, and the filter would match everything.
 *
 * What follows is in the order in which a filter is read: its entries, the operators on one field, then those operators
 * that hold conditions themselves. What an operator asks of a value is in `operators.ts`.
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
        ? refuseFilter(`${name} is not an operator of a filter; known are $and, $or and $nor`)
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

/** The condition on one path: operators that must all hold, or else a value or pattern to be equal to. */
function compileField(path: string, condition: unknown): Predicate {
  if (condition === undefined) {
    refuseFilter(`${path}: the condition is undefined, which would match everything; leave the field out or use null`);
  }
  if (!isOperators(condition)) {
    return fieldOperators.$eq(path.split('.'), condition);
  }
  return every(operatorsIn(path, condition).map(([name, operand]) => compileOperator(path, name, operand)));
}

/** The operators of a condition with their operands; `$options` has become part of its `$regex`. */
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

/** `{a: {$elemMatch: {…}}}`: one element passes all of it, as a document or as a bare value. */
function someElementMatches(path: string, operand: unknown): Predicate {
  if (!isDocument(operand)) {
    refuseFilter(`${path}: $elemMatch needs an object`);
  }
  const parts = path.split('.');
  const holds = isOperators(operand) && !isLogical(operand) ? compileElement(path, operand) : compileDocument(operand);
  return (document) => someValueAt(document, parts, (value) => Array.isArray(value) && value.some(holds));
}

/** Begins with `$and`, `$or` or `$nor`, which hold whole filters. */
function isLogical(operators: Document): boolean {
  return ['$and', '$or', '$nor'].includes(Object.keys(operators)[0] ?? '');
}

/** A filter of elements that are documents: others do not pass. */
export function compileDocument(filter: Filter): (element: unknown) => boolean {
  const holds = compileFilter(filter);
  return (element) => isDocument(element) && holds(element);
}

/** A condition on an element of an array. An element that is an array too is not looked into. */
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

/** A condition on a value as if a field held it: an array passes when one of its elements does. */
export function compileValue(condition: unknown): (value: unknown) => boolean {
  const holds = compileFilter({ value: condition });
  return (value) => holds({ value });
}

/** `{a: {$all: […]}}`: every value is in the array, and every `$elemMatch` finds an element. */
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
  return only !== undefined && others.length === 0 ? only : (value) => tests.every((holds) => holds(value));
}

function some<T>(tests: readonly ((value: T) => boolean)[]): (value: T) => boolean {
  return (value) => tests.some((holds) => holds(value));
}

function not<T>(holds: (value: T) => boolean): (value: T) => boolean {
  return (value) => !holds(value);
}
