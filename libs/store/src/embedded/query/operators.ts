import { refuseFilter } from '../refusals.js';
import { bracketOf, Bracket, isDocument } from '../values/bracket.js';
import { compareValues, equalValues } from '../values/compare-values.js';
import { isNotANumber } from '../values/exact-number.js';
import { bitPositions, countSetBits } from './bits.js';
import { patternOf } from './pattern.js';
import { typeNamed } from './type-names.js';
import { ValueSet } from './value-set.js';
import { someLeafAt, someValueAt } from './values-at.js';

export type Document = Readonly<Record<string, unknown>>;
export type Predicate = (document: Document) => boolean;

/** Compiles one operator on a path. Arrays and comparisons are treated as in MongoDB. */
export type FieldOperator = (parts: readonly string[], operand: unknown) => Predicate;

/** Compiles the test of an operator on one value. `path` is for messages. */
type ValueTest = (operand: unknown, path: string) => (value: unknown) => boolean;

function equals(operand: unknown, path: string): (value: unknown) => boolean {
  if (bracketOf(operand) === Bracket.regex) {
    return matches(operand, path);
  }
  if (typeof operand === 'string' || typeof operand === 'boolean') {
    return (value) => value === operand;
  }
  return (value) => equalValues(value, operand);
}

/** Compares only values of the same type, and NaN only with itself. */
function compares(name: string, holds: (difference: number) => boolean): ValueTest {
  return (operand, path) => {
    const bracket = bracketOf(operand);
    if (bracket === Bracket.regex) {
      refuseFilter(`${path}: ${name} cannot compare with a regular expression`);
    }
    if (bracket === Bracket.minKey || bracket === Bracket.maxKey) {
      return (value) => holds(compareValues(value, operand));
    }
    if (bracket === Bracket.number) {
      const notANumber = isNotANumber(operand);
      return (value) =>
        bracketOf(value) === bracket && isNotANumber(value) === notANumber && holds(compareValues(value, operand));
    }
    return (value) => bracketOf(value) === bracket && holds(compareValues(value, operand));
  };
}

function isIn(operand: unknown, path: string): (value: unknown) => boolean {
  if (!Array.isArray(operand) || operand.includes(undefined)) {
    refuseFilter(`${path}: $in and $nin need an array of values, none of them undefined`);
  }
  const values = new ValueSet(path, operand);
  return (value) => values.has(value);
}

function isOfType(operand: unknown, path: string): (value: unknown) => boolean {
  const types = (Array.isArray(operand) ? operand : [operand]).map(
    (alias: unknown) =>
      typeNamed(alias) ??
      refuseFilter(`${path}: found $type ${JSON.stringify(alias)}, expected the name or number of a BSON type`),
  );
  return (value) => types.some((type) => type.test(value));
}

/** Matches a text that contains the pattern, and a stored pattern that is equal. */
function matches(operand: unknown, path: string): (value: unknown) => boolean {
  const pattern = patternOf(path, operand);
  const stored = typeof operand === 'string' ? pattern : operand;
  return (value) => (typeof value === 'string' ? pattern.test(value) : equalValues(value, stored));
}

function hasRemainder(operand: unknown, path: string): (value: unknown) => boolean {
  const [divisor, remainder] = Array.isArray(operand) && operand.length === 2 ? operand.map(Number) : [];
  if (divisor === undefined || remainder === undefined || Math.trunc(divisor) === 0) {
    refuseFilter(`${path}: $mod needs [divisor, remainder], the divisor not 0`);
  }
  return (value) => typeof value === 'number' && Math.trunc(value) % Math.trunc(divisor) === Math.trunc(remainder);
}

/** `holds` gets the number of tested bits that are set, and the number of tested bits. */
function hasBits(holds: (set: number, tested: number) => boolean): ValueTest {
  return (operand, path) => {
    const positions = bitPositions(path, operand);
    return (value) => {
      const set = countSetBits(value, positions);
      return set !== null && holds(set, positions.length);
    };
  };
}

function not(test: ValueTest): ValueTest {
  return (operand, path) => {
    const holds = test(operand, path);
    return (value) => !holds(value);
  };
}

const positiveTests = {
  $eq: equals,
  $gt: compares('$gt', (difference) => difference > 0),
  $gte: compares('$gte', (difference) => difference >= 0),
  $lt: compares('$lt', (difference) => difference < 0),
  $lte: compares('$lte', (difference) => difference <= 0),
  $in: isIn,
  $type: isOfType,
  $regex: matches,
  $mod: hasRemainder,
  $bitsAllSet: hasBits((set, tested) => set === tested),
  $bitsAllClear: hasBits((set) => set === 0),
  $bitsAnySet: hasBits((set) => set > 0),
  $bitsAnyClear: hasBits((set, tested) => set < tested),
} satisfies Record<string, ValueTest>;

/** The tests of a single value, such as an element of an array. */
export const valueTests = { ...positiveTests, $ne: not(equals), $nin: not(isIn) } satisfies Record<string, ValueTest>;

/** True if one of the values at the path passes. */
function some(test: ValueTest): FieldOperator {
  return (parts, operand) => {
    const holds = test(operand, parts.join('.'));
    return (document) => someLeafAt(document, parts, holds);
  };
}

/** True if none of the values at the path passes. */
function none(test: ValueTest): FieldOperator {
  return (parts, operand) => {
    const holds = test(operand, parts.join('.'));
    return (document) => !someLeafAt(document, parts, holds);
  };
}

function exists(parts: readonly string[], operand: unknown): Predicate {
  const expected = Boolean(operand);
  return (document) => someValueAt(document, parts, (value) => value !== undefined) === expected;
}

function hasSize(parts: readonly string[], operand: unknown): Predicate {
  if (!Number.isInteger(operand) || Number(operand) < 0) {
    refuseFilter(`${parts.join('.')}: $size needs a whole number that is not negative`);
  }
  return (document) => someValueAt(document, parts, (value) => Array.isArray(value) && value.length === operand);
}

/** The operators without nested conditions. `$not`, `$elemMatch` and `$all` are in `compile-filter.ts`. */
export const fieldOperators = {
  $eq: some(positiveTests.$eq),
  $ne: none(positiveTests.$eq),
  $gt: some(positiveTests.$gt),
  $gte: some(positiveTests.$gte),
  $lt: some(positiveTests.$lt),
  $lte: some(positiveTests.$lte),
  $in: some(positiveTests.$in),
  $nin: none(positiveTests.$in),
  $type: some(positiveTests.$type),
  $regex: some(positiveTests.$regex),
  $mod: some(positiveTests.$mod),
  $bitsAllSet: some(positiveTests.$bitsAllSet),
  $bitsAllClear: some(positiveTests.$bitsAllClear),
  $bitsAnySet: some(positiveTests.$bitsAnySet),
  $bitsAnyClear: some(positiveTests.$bitsAnyClear),
  $exists: exists,
  $size: hasSize,
} satisfies Record<string, FieldOperator>;

/** True for an object of operators (`{$gt: 1}`), false for a value. */
export function isOperators(value: unknown): value is Document {
  return isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
}
