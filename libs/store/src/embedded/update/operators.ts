import { kindOf, refuseUpdate } from '../refusals.js';
import { isDocument } from '../values/bracket.js';
import { compareValues, equalValues, sameValue } from '../values/compare-values.js';
import { calculate, calculateBits, currentDate } from './numbers.js';
import { compilePull } from './pull.js';
import { arrayOf, compileAddToSet, compilePush } from './push.js';
import { leadsIntoArray, reach, reachOrMake, type Target } from './target.js';

export interface Occasion {
  readonly now: Date;
  /** True while an upsert makes the document. */
  readonly inserting: boolean;
}

/** Changes the document in place; true when that made a difference. Throws `store.update-refused` when MongoDB would refuse. */
export type Change = (document: Record<string, unknown>, occasion: Occasion) => boolean;

type UpdateOperator = (path: string, operand: unknown) => Change;

/** At the place that the path names, which is made when it is missing. */
function making(compile: (path: string, operand: unknown) => (target: Target, occasion: Occasion) => boolean) {
  return (path: string, operand: unknown): Change => {
    const change = compile(path, operand);
    return (document, occasion) => change(reachOrMake(document, path), occasion);
  };
}

/** At the place that the path names, if it is there. */
function finding(compile: (path: string, operand: unknown) => (target: Target) => boolean) {
  return (path: string, operand: unknown): Change => {
    const change = compile(path, operand);
    return (document) => {
      const target = reach(document, path);
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

function calculating(operation: 'add' | 'multiply', name: string): UpdateOperator {
  return making((path, operand) => {
    calculate(`${path}: ${name}`, operation, 0, operand);
    return (target) => replace(target, calculate(path, operation, target.exists ? target.value : 0, operand));
  });
}

function keeping(better: (difference: number) => boolean): UpdateOperator {
  return making(
    (_path, operand) => (target) =>
      (!target.exists || better(compareValues(operand, target.value))) && replace(target, operand),
  );
}

function pulling(name: string, compile: (path: string, operand: unknown) => (element: unknown) => boolean) {
  return finding((path, operand) => {
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

const $set: UpdateOperator = making((_path, operand) => (target) => replace(target, operand));

const $setOnInsert: UpdateOperator = (path, operand) => {
  const set = $set(path, operand);
  return (document, occasion) => occasion.inserting && set(document, occasion);
};

const $unset: UpdateOperator = finding(() => (target) => {
  const changes = target.value !== null || target.isField;
  target.remove();
  return changes;
});

const $rename: UpdateOperator = (path, operand) => {
  if (typeof operand !== 'string' || operand === '') {
    refuseUpdate(`${path}: $rename needs the name that it becomes`);
  }
  return (document) => {
    const source = reach(document, path);
    if (source === null) {
      return false;
    }
    if (leadsIntoArray(document, path) || leadsIntoArray(document, operand)) {
      refuseUpdate(`${path}: $rename does not lead into or out of arrays`);
    }
    const value = source.value;
    source.remove();
    reachOrMake(document, operand).set(value);
    return true;
  };
};

const $pop: UpdateOperator = finding((path, operand) => {
  if (operand !== 1 && operand !== -1) {
    refuseUpdate(`${path}: $pop needs 1 (the last) or -1 (the first)`);
  }
  return (target) => {
    const before = arrayOf(target, '$pop');
    target.set(operand === 1 ? before.slice(0, -1) : before.slice(1));
    return before.length > 0;
  };
});

const $bit: UpdateOperator = making((path, operand) => {
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
  $inc: calculating('add', '$inc'),
  $mul: calculating('multiply', '$mul'),
  $min: keeping((difference) => difference < 0),
  $max: keeping((difference) => difference > 0),
  $currentDate: making(
    (path, operand) =>
      (target, { now }) =>
        replace(target, currentDate(path, operand, now)),
  ),
  $bit,
  $push: making(compilePush),
  $addToSet: making(compileAddToSet),
  $pull: pulling('$pull', (_path, operand) => compilePull(operand)),
  $pullAll: pulling('$pullAll', (path, operand) => {
    if (!Array.isArray(operand)) {
      refuseUpdate(`${path}: $pullAll found ${kindOf(operand)}, wanted an array`);
    }
    return (element) => operand.some((value) => equalValues(value, element));
  }),
  $pop,
};
