import { kindOf, refuseUpdate } from '../refusals.js';
import { compileDocument, compileValue } from '../query/compile-filter.js';
import { isOperators } from '../query/operators.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { compareValues, equalValues, sameValue } from '../values/compare-values.js';
import { calculate, calculateBits, currentDate } from './numbers.js';
import { arrayOf, compileAddToSet, compilePush } from './push.js';
import { leadsIntoArray, findTarget, findOrCreateTarget, type Target } from './target.js';

export interface UpdateContext {
  readonly now: Date;
  /** True while an upsert creates the document. */
  readonly inserting: boolean;
}

/** Changes the document in place and returns whether it changed. Throws `store.update-refused` if MongoDB would refuse. */
export type Change = (document: Record<string, unknown>, context: UpdateContext) => boolean;

type UpdateOperator = (path: string, operand: unknown) => Change;

/** Changes the value at the path, whose missing parents are created. */
function onCreatedTarget(
  compile: (path: string, operand: unknown) => (target: Target, context: UpdateContext) => boolean,
) {
  return (path: string, operand: unknown): Change => {
    const change = compile(path, operand);
    return (document, context) => change(findOrCreateTarget(document, path), context);
  };
}

/** Changes the value at the path if it exists. */
function onExistingTarget(compile: (path: string, operand: unknown) => (target: Target) => boolean) {
  return (path: string, operand: unknown): Change => {
    const change = compile(path, operand);
    return (document) => {
      const target = findTarget(document, path);
      return target !== null && change(target);
    };
  };
}

function replace(target: Target, value: unknown): boolean {
  if (target.exists && sameValue(target.value, value)) {
    return false;
  }
  target.set(value);
  return true;
}

function calculation(operation: 'add' | 'multiply', name: string): UpdateOperator {
  return onCreatedTarget((path, operand) => {
    calculate(`${path}: ${name}`, operation, 0, operand);
    return (target) => replace(target, calculate(path, operation, target.exists ? target.value : 0, operand));
  });
}

function extremum(better: (difference: number) => boolean): UpdateOperator {
  return onCreatedTarget(
    (_path, operand) => (target) =>
      (!target.exists || better(compareValues(operand, target.value))) && replace(target, operand),
  );
}

function removal(name: string, compile: (path: string, operand: unknown) => (element: unknown) => boolean) {
  return onExistingTarget((path, operand) => {
    const isPulled = compile(path, operand);
    return (target) => {
      const before = arrayOf(target, name);
      const after = before.filter((element) => !isPulled(element));
      if (after.length < before.length) {
        target.set(after);
      }
      return after.length < before.length;
    };
  });
}

const $set: UpdateOperator = onCreatedTarget((_path, operand) => (target) => replace(target, operand));

const $setOnInsert: UpdateOperator = (path, operand) => {
  const set = $set(path, operand);
  return (document, context) => context.inserting && set(document, context);
};

const $unset: UpdateOperator = onExistingTarget(() => (target) => {
  const changes = target.value !== null || target.isField;
  target.remove();
  return changes;
});

const $rename: UpdateOperator = (path, operand) => {
  if (typeof operand !== 'string' || operand === '') {
    refuseUpdate(`${path}: $rename needs the new name`);
  }
  return (document) => {
    const source = findTarget(document, path);
    if (source === null) {
      return false;
    }
    if (leadsIntoArray(document, path) || leadsIntoArray(document, operand)) {
      refuseUpdate(`${path}: $rename does not lead into or out of arrays`);
    }
    const value = source.value;
    source.remove();
    findOrCreateTarget(document, operand).set(value);
    return true;
  };
};

const $pop: UpdateOperator = onExistingTarget((path, operand) => {
  if (operand !== 1 && operand !== -1) {
    refuseUpdate(`${path}: $pop needs 1 (the last) or -1 (the first)`);
  }
  return (target) => {
    const before = arrayOf(target, '$pop');
    target.set(operand === 1 ? before.slice(0, -1) : before.slice(1));
    return before.length > 0;
  };
});

const $bit: UpdateOperator = onCreatedTarget((path, operand) => {
  if (!isDocument(operand)) {
    refuseUpdate(`${path}: $bit needs and, or or xor with a number`);
  }
  return (target) => replace(target, calculateBits(path, target.exists ? target.value : 0, operand));
});

export const updateOperators: Readonly<Record<string, UpdateOperator>> = {
  $set,
  $setOnInsert,
  $unset,
  $rename,
  $inc: calculation('add', '$inc'),
  $mul: calculation('multiply', '$mul'),
  $min: extremum((difference) => difference < 0),
  $max: extremum((difference) => difference > 0),
  $currentDate: onCreatedTarget(
    (path, operand) =>
      (target, { now }) =>
        replace(target, currentDate(path, operand, now)),
  ),
  $bit,
  $push: onCreatedTarget(compilePush),
  $addToSet: onCreatedTarget(compileAddToSet),
  $pull: removal('$pull', (_path, operand) => compilePull(operand)),
  $pullAll: removal('$pullAll', (path, operand) => {
    if (!Array.isArray(operand)) {
      refuseUpdate(`${path}: $pullAll found ${kindOf(operand)}, expected an array`);
    }
    return (element) => operand.some((value) => equalValues(value, element));
  }),
  $pop,
};

/** Compiles the operand of `$pull`: a value, a condition, or a filter of documents. */
function compilePull(operand: unknown): (element: unknown) => boolean {
  if (isOperators(operand) || bracketOf(operand) === Bracket.regex) {
    return compileValue(operand);
  }
  return isDocument(operand) ? compileDocument(operand) : (element) => equalValues(element, operand);
}
