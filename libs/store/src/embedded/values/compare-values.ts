import { Bracket, bracketOf, classNameOf } from './bracket.js';
import { binaryParts, hexOf, regexParts, stringOf, timestampOf, wholeText } from './contents.js';
import { compareNumbers } from './exact-number.js';

/** The order in which MongoDB sorts any two values. Missing counts as null. */
export function compareValues(one: unknown, other: unknown): number {
  const bracket = bracketOf(one);
  const difference = bracket - bracketOf(other);
  return difference === 0 ? compareWithin(bracket, one, other) : difference;
}

/** Equal in a query: 1 equals Long(1), and the fields of objects must be in the same order. */
export function equalValues(one: unknown, other: unknown): boolean {
  return one === other || compareValues(one, other) === 0;
}

/** Equal and stored in the same way: replacing one by the other changes nothing. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) {
    return true;
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    return Object.is(one, other);
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => sameValue(value, other[index]));
  }
  if (bracketOf(one) === Bracket.object && bracketOf(other) === Bracket.object) {
    return sameEntries(Object.entries(one), Object.entries(other));
  }
  return classNameOf(one) === classNameOf(other) && equalValues(one, other);
}

/** True if both have the same fields in the same order with identical values. */
export function sameFields(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  const names = Object.keys(one);
  const otherNames = Object.keys(other);
  return (
    names.length === otherNames.length &&
    names.every((name, index) => name === otherNames[index] && one[name] === other[name])
  );
}

/** UTF-8's order, which is the order of code points. */
export function compareStrings(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const left = one.charCodeAt(index);
    const right = other.charCodeAt(index);
    if (left !== right) {
      return left >= 0xd800 && right >= 0xd800 ? codePointRank(left) - codePointRank(right) : left - right;
    }
  }
  return one.length - other.length;
}

/** Surrogates stand for code points above those that fit into one unit. */
function codePointRank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

function compareWithin(bracket: Bracket, one: unknown, other: unknown): number {
  switch (bracket) {
    case Bracket.number:
      return compareNumbers(one, other);
    case Bracket.string:
      return compareStrings(stringOf(one), stringOf(other));
    case Bracket.boolean:
      return Number(one) - Number(other);
    case Bracket.date:
      return (one as Date).getTime() - (other as Date).getTime();
    case Bracket.array:
      return compareLists(one as unknown[], other as unknown[]);
    case Bracket.null:
    case Bracket.minKey:
    case Bracket.maxKey:
      return 0;
    default:
      return compareObjects(bracket, one as object, other as object); // the brackets left hold objects only
  }
}

function compareObjects(bracket: Bracket, one: object, other: object): number {
  switch (bracket) {
    case Bracket.object:
      return compareFields(one, other);
    case Bracket.objectId:
      return compareStrings(hexOf(one), hexOf(other));
    case Bracket.binary:
      return compareBinaries(one, other);
    case Bracket.timestamp:
      return Number(timestampOf(one) - timestampOf(other));
    case Bracket.regex: {
      const [left, right] = [regexParts(one), regexParts(other)];
      return compareStrings(left[0], right[0]) || compareStrings(left[1], right[1]);
    }
    default:
      return compareStrings(wholeText(one), wholeText(other));
  }
}

function compareLists(one: readonly unknown[], other: readonly unknown[]): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = compareValues(one[index], other[index]);
    if (difference !== 0) {
      return difference;
    }
  }
  return one.length - other.length;
}

/** Field by field in stored order: first the type of the value, then the name, then the value. */
function compareFields(one: object, other: object): number {
  const left = Object.entries(one).filter(([, value]) => value !== undefined);
  const right = Object.entries(other).filter(([, value]) => value !== undefined);
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const [leftName, leftValue] = left[index] as [string, unknown]; // index is below both lengths
    const [rightName, rightValue] = right[index] as [string, unknown];
    const difference =
      bracketOf(leftValue) - bracketOf(rightValue) ||
      compareStrings(leftName, rightName) ||
      compareValues(leftValue, rightValue);
    if (difference !== 0) {
      return difference;
    }
  }
  return left.length - right.length;
}

function sameEntries(one: readonly [string, unknown][], other: readonly [string, unknown][]): boolean {
  return (
    one.length === other.length &&
    one.every(([name, value], index) => name === other[index]?.[0] && sameValue(value, other[index][1]))
  );
}

function compareBinaries(one: object, other: object): number {
  const left = binaryParts(one);
  const right = binaryParts(other);
  return (
    left.bytes.length - right.bytes.length || left.subtype - right.subtype || Buffer.compare(left.bytes, right.bytes)
  );
}
