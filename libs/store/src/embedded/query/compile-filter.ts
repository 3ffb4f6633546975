import { Context } from 'mingo/core';
import { $and, $bitsAllClear, $bitsAllSet, $bitsAnyClear, $bitsAnySet, $nor, $not, $or } from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { isBatchmillError } from '@batchmill/contracts';
import type { Filter } from '../../store.js';
import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { equalValues } from '../values/compare-values.js';
import { fieldOperators, isOperators, someElementAt, valueTests, type Document, type Predicate } from './operators.js';

/**
 * A filter as a function. mingo reads the query and its logic; what compares values is our own, because mingo's differs
 * from MongoDB's: it knows nothing of binary values and the order of fields, misses null within arrays, takes
 * `$type: 'objectId'` for nothing, and compares `$in` anew with every document. Plain conditions, which the line's hot
 * paths consist of, are compiled without mingo, from the same operators.
 */
export function compileFilter(filter: Filter): Predicate {
  const predicates = Object.entries(filter).map(([name, condition]) => compileEntry(name, condition));
  const [only, ...others] = predicates;
  if (only !== undefined && others.length === 0) {
    return only;
  }
  return (document) => predicates.every((holds) => holds(document));
}

/** A condition on a value as if it were a field: an array passes when one of its elements does. */
function compileCondition(condition: Document): (value: unknown) => boolean {
  const holds = compileFilter({ value: condition });
  return (value) => holds({ value });
}

function compileEntry(name: string, condition: unknown): Predicate {
  if (condition === undefined) {
    refuseFilter(`${name}: the condition is undefined, which would match everything; leave the field out or use null`);
  }
  if (name === '$and' && Array.isArray(condition)) {
    return compileAll(condition);
  }
  if (name.startsWith('$')) {
    return askMingo({ [name]: condition });
  }
  if (!isOperators(condition)) {
    return bracketOf(condition) === Bracket.regex || isPlain(condition)
      ? fieldOperators.$eq(name.split('.'), condition)
      : askMingo({ [name]: condition });
  }
  const parts = name.split('.');
  const predicates: Predicate[] = [];
  for (const [operator, operand] of Object.entries(condition)) {
    if (operand === undefined) {
      refuseFilter(`${name}: the operand of ${operator} is undefined`);
    }
    if (operator === '$not' && isOperators(operand)) {
      const holds = compileEntry(name, operand);
      predicates.push((document) => !holds(document));
      continue;
    }
    if (!isSimple(operator)) {
      return askMingo({ [name]: condition });
    }
    predicates.push(fieldOperators[operator](parts, operand));
  }
  const [only, ...others] = predicates;
  return only !== undefined && others.length === 0 ? only : (document) => predicates.every((holds) => holds(document));
}

function compileAll(filters: readonly unknown[]): Predicate {
  const predicates = filters.map((filter) =>
    isDocument(filter) ? compileFilter(filter) : refuseFilter('$and needs an array of filters'),
  );
  return (document) => predicates.every((holds) => holds(document));
}

const simple = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$type'] as const;

function isSimple(operator: string): operator is (typeof simple)[number] {
  return (simple as readonly string[]).includes(operator);
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null || bracketOf(value) !== Bracket.object || !hasOperators(value);
}

function hasOperators(value: object): boolean {
  return Object.keys(value).some((key) => key.startsWith('$'));
}

/** mingo's own reading of a filter, with our operators in the place of its own. */
export function askMingo(filter: Filter): Predicate {
  refuseUndefined(filter);
  try {
    const query = new Query(filter, { context, scriptEnabled: false });
    return (document) => query.test(document);
  } catch (error) {
    if (isBatchmillError(error)) {
      throw error;
    }
    return refuseFilter(`the filter on ${Object.keys(filter).join(', ')} is not a query: ${messageOf(error)}`, error);
  }
}

function refuseUndefined(value: unknown): void {
  if (Array.isArray(value)) {
    value.forEach(refuseUndefined);
  } else if (isDocument(value)) {
    for (const [name, field] of Object.entries(value)) {
      if (field === undefined) {
        refuseFilter(`${name}: the condition is undefined; leave the field out or use null`);
      }
      refuseUndefined(field);
    }
  }
}

/** `{a: {$elemMatch: {…}}}`: one element passes all of it, as a document or as a bare value. */
function elementMatches(selector: string, operand: unknown): Predicate {
  if (!isDocument(operand)) {
    refuseFilter(`${selector}: $elemMatch needs an object`);
  }
  const parts = selector.split('.');
  if (isOperators(operand) && !Object.keys(operand).some((key) => ['$and', '$or', '$nor'].includes(key))) {
    const holds = compileElement(operand);
    return (document) => someElementAt(document, parts, holds);
  }
  const holds = compileFilter(operand);
  return (document) => someElementAt(document, parts, (element) => isDocument(element) && holds(element));
}

/** A condition on a value that stands for itself, also when it is an array. */
function compileElement(condition: Document): (value: unknown) => boolean {
  if ('$regex' in condition) {
    return compileCondition(condition);
  }
  const tests = Object.entries(condition).map(([name, operand]) => {
    const test = Object.hasOwn(valueTests, name) ? valueTests[name] : undefined;
    if (test !== undefined) {
      return test(operand, '$elemMatch');
    }
    if (name === '$not' && isOperators(operand)) {
      const holds = compileElement(operand);
      return (value: unknown) => !holds(value);
    }
    return compileCondition({ [name]: operand });
  });
  return (value) => tests.every((holds) => holds(value));
}

function containsAll(selector: string, operand: unknown): Predicate {
  if (!Array.isArray(operand)) {
    refuseFilter(`${selector}: $all needs an array`);
  }
  const predicates = operand.map((value: unknown) =>
    isDocument(value) && '$elemMatch' in value
      ? elementMatches(selector, value['$elemMatch'])
      : fieldOperators.$eq(selector.split('.'), value),
  );
  return (document) => predicates.length > 0 && predicates.every((holds) => holds(document));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

type MingoOperator = (selector: string, operand: unknown) => (document: unknown) => boolean;

function forMingo(compile: (selector: string, operand: unknown) => Predicate): MingoOperator {
  return (selector, operand) => {
    const holds = compile(selector, operand);
    return (document) => isDocument(document) && holds(document);
  };
}

const ours = Object.entries(fieldOperators).map(
  ([name, operator]) =>
    [name, forMingo((selector, operand) => operator(selector.split('.'), operand))] satisfies [string, MingoOperator],
);

const operators: Readonly<Record<string, unknown>> = {
  $and,
  $or,
  $nor,
  $not,
  $bitsAllClear,
  $bitsAllSet,
  $bitsAnyClear,
  $bitsAnySet,
  ...Object.fromEntries(ours),
  $elemMatch: forMingo(elementMatches),
  $all: forMingo(containsAll),
};

type MingoOperators = NonNullable<NonNullable<Parameters<typeof Context.init>[0]>['query']>;

// mingo's type wants each operator to take the operands of all the others too, which it never passes.
const context = Context.init({ query: operators as MingoOperators });

/** Whether an element of an array is one of those that `$pull` names: a value, a condition, or a filter of objects. */
export function compilePull(operand: unknown): (element: unknown) => boolean {
  if (isOperators(operand)) {
    return compileCondition(operand);
  }
  if (bracketOf(operand) === Bracket.regex) {
    return compileCondition({ $eq: operand });
  }
  if (isDocument(operand)) {
    const holds = compileFilter(operand);
    return (element) => isDocument(element) && holds(element);
  }
  return (element) => equalValues(element, operand);
}
