import { kindOf, refuseUpdate } from '../refusals.js';
import { isDocument } from '../values/bracket.js';
import { compareValues, sameValue } from '../values/compare-values.js';
import { findTarget, type Target } from './target.js';

interface Push {
  readonly elements: readonly unknown[];
  readonly position: number | null;
  readonly slice: number | null;
  readonly sort: ((one: unknown, other: unknown) => number) | null;
}

const modifiers = ['$each', '$position', '$slice', '$sort'];

/** Compiles `$push`: one value, or `$each` with a position, a sort order and a slice. */
export function compilePush(path: string, operand: unknown): (target: Target) => boolean {
  const push = readPush(path, operand);
  return (target) => {
    const before = arrayOf(target, '$push');
    const after = insert(before, push);
    if (target.exists && sameValue(before, after)) {
      return false;
    }
    target.set(after);
    return true;
  };
}

/** Compiles `$addToSet`: appends the values that are missing, in their order. Existing duplicates stay. */
export function compileAddToSet(path: string, operand: unknown): (target: Target) => boolean {
  const elements = isDocument(operand) && '$each' in operand ? eachOf(path, operand, ['$each']) : [operand];
  return (target) => {
    const before = arrayOf(target, '$addToSet');
    const after = [...before];
    for (const element of elements) {
      if (!after.some((present) => compareValues(present, element) === 0)) {
        after.push(element);
      }
    }
    if (target.exists && after.length === before.length) {
      return false;
    }
    target.set(after);
    return true;
  };
}

/** The array of the target, or an empty one if it is missing. Refuses any other value. */
export function arrayOf(target: Target, operator: string): readonly unknown[] {
  const value = target.value;
  if (value === undefined) {
    return [];
  }
  return Array.isArray(value)
    ? value
    : refuseUpdate(`${target.path}: ${operator} found ${kindOf(value)}, expected an array`);
}

function readPush(path: string, operand: unknown): Push {
  if (!isDocument(operand) || !Object.keys(operand).some((key) => modifiers.includes(key))) {
    return { elements: [operand], position: null, slice: null, sort: null };
  }
  return {
    elements: eachOf(path, operand, modifiers),
    position: wholeNumber(path, '$position', operand['$position']),
    slice: wholeNumber(path, '$slice', operand['$slice']),
    sort: operand['$sort'] === undefined ? null : readSort(path, operand['$sort']),
  };
}

function eachOf(
  path: string,
  operand: Readonly<Record<string, unknown>>,
  known: readonly string[],
): readonly unknown[] {
  const unknown = Object.keys(operand).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    refuseUpdate(`${path}: ${unknown} cannot be combined with $each`);
  }
  const each = operand['$each'];
  return Array.isArray(each) ? each : refuseUpdate(`${path}: $each needs an array`);
}

function wholeNumber(path: string, name: string, value: unknown): number | null {
  if (value === undefined) {
    return null;
  }
  return Number.isInteger(value) ? Number(value) : refuseUpdate(`${path}: ${name} needs a whole number`);
}

function readSort(path: string, operand: unknown): (one: unknown, other: unknown) => number {
  if (operand === 1 || operand === -1) {
    return (one, other) => operand * compareValues(one, other);
  }
  const fields = isDocument(operand) ? Object.entries(operand) : [];
  if (fields.length === 0 || fields.some(([, direction]) => direction !== 1 && direction !== -1)) {
    refuseUpdate(`${path}: $sort needs 1, -1 or an object of fields with 1 or -1`);
  }
  return (one, other) => {
    for (const [field, direction] of fields) {
      const difference = compareValues(fieldOf(one, field), fieldOf(other, field));
      if (difference !== 0) {
        return Number(direction) * difference;
      }
    }
    return 0;
  };
}

function fieldOf(element: unknown, path: string): unknown {
  return isDocument(element) ? findTarget(element, path)?.value : undefined;
}

function insert(before: readonly unknown[], { elements, position, slice, sort }: Push): unknown[] {
  const after = [...before];
  after.splice(position ?? after.length, 0, ...elements);
  if (sort !== null) {
    after.sort(sort);
  }
  if (slice === null) {
    return after;
  }
  return slice < 0 ? after.slice(slice) : after.slice(0, slice);
}
