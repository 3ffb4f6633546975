import type { Filter } from '../../store.js';
import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { fieldOperators, isOperators, valueTests, type Document, type Predicate } from './operators.js';
import { patternOf } from './pattern.js';
import { someValueAt } from './values-at.js';

/*
 * In the order in which a filter is read: the filter, its entries, the operators on one field, then the operators that
 * hold conditions of their own.
 */

/**
 * A filter as a function, with MongoDB's semantics. What it does not know is refused (`store.filter-refused`), and so is
 * an undefined condition: MongoDB's driver would drop it, and the filter would match everything.
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
        ? refuseFilter(`${name} is no operator of a filter; known are $and, $or and $nor`)
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

/** What a filter says of one path: operators, all of which must hold, or a value or pattern to be equal to. */
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
      return not(compileField(path, negated(path, operand)));
    case '$elemMatch':
      return someElementMatches(path, operand);
    case '$all':
      return containsAll(path, operand);
    default:
      return isFieldOperator(name)
        ? fieldOperators[name](path.split('.'), operand)
        : refuseFilter(`${path}: ${name} is no operator that a filter knows`);
  }
}

function isFieldOperator(name: string): name is keyof typeof fieldOperators {
  return Object.hasOwn(fieldOperators, name);
}

/** What `$not` is put before: operators or a pattern. */
function negated(path: string, operand: unknown): unknown {
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

/** Operators on an element of an array, which stands for itself also when it is an array. */
function compileElement(path: string, condition: Document): (element: unknown) => boolean {
  return every(
    operatorsIn(path, condition).map(([name, operand]) => {
      if (name === '$not') {
        const operators = negated(path, operand);
        return not(isOperators(operators) ? compileElement(path, operators) : valueTests.$eq(operators, path));
      }
      return isValueTest(name) ? valueTests[name](operand, path) : compileValue({ [name]: operand });
    }),
  );
}

function isValueTest(name: string): name is keyof typeof valueTests {
  return Object.hasOwn(valueTests, name);
}

/** A condition on a value as if it were in a field: an array passes when one of its elements does. */
export function compileValue(condition: unknown): (value: unknown) => boolean {
  const holds = compileFilter({ value: condition });
  return (value) => holds({ value });
}

/** `{a: {$all: […]}}`: each of the values is there, or each `$elemMatch` is met. */
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
