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

/** Compiles one operator of a path. Paths go through arrays, and values compare, as MongoDB does it. */
export type FieldOperator = (parts: readonly string[], operand: unknown) => Predicate;

/** Compiles what an operator asks of one value. `path` is for messages. */
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

/** Only values of the same type are compared; NaN only with itself. */
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
    (alias: unknown) => typeNamed(alias) ?? refuseFilter(`${path}: $type knows no type ${JSON.stringify(alias)}`),
  );
  return (value) => types.some((type) => type.test(value));
}

/** A text that the pattern is found in, or a stored pattern that is the same. */
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

/** `holds` is told how many of the bits that are asked for are set, and how many there are. */
function hasBits(holds: (set: number, asked: number) => boolean): ValueTest {
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

const positive = {
  $eq: equals,
  $gt: compares('$gt', (difference) => difference > 0),
  $gte: compares('$gte', (difference) => difference >= 0),
  $lt: compares('$lt', (difference) => difference < 0),
  $lte: compares('$lte', (difference) => difference <= 0),
  $in: isIn,
  $type: isOfType,
  $regex: matches,
  $mod: hasRemainder,
  $bitsAllSet: hasBits((set, asked) => set === asked),
  $bitsAllClear: hasBits((set) => set === 0),
  $bitsAnySet: hasBits((set) => set > 0),
  $bitsAnyClear: hasBits((set, asked) => set < asked),
} satisfies Record<string, ValueTest>;

/** What operators ask of one value that stands for itself, such as an element of an array. */
export const valueTests = { ...positive, $ne: not(equals), $nin: not(isIn) } satisfies Record<string, ValueTest>;

/** One of the values that the path names passes. */
function some(test: ValueTest): FieldOperator {
  return (parts, operand) => {
    const holds = test(operand, parts.join('.'));
    return (document) => someLeafAt(document, parts, holds);
  };
}

/** None of the values that the path names passes. */
function none(test: ValueTest): FieldOperator {
  return (parts, operand) => {
    const holds = test(operand, parts.join('.'));
    return (document) => !someLeafAt(document, parts, holds);
  };
}

function exists(parts: readonly string[], operand: unknown): Predicate {
  const wanted = Boolean(operand);
  return (document) => someValueAt(document, parts, (value) => value !== undefined) === wanted;
}

function hasSize(parts: readonly string[], operand: unknown): Predicate {
  if (!Number.isInteger(operand) || Number(operand) < 0) {
    refuseFilter(`${parts.join('.')}: $size needs a whole number that is not negative`);
  }
  return (document) => someValueAt(document, parts, (value) => Array.isArray(value) && value.length === operand);
}

/** Operators that stand on their own. `$not`, `$elemMatch` and `$all` hold conditions: `compile-filter.ts` has them. */
export const fieldOperators = {
  $eq: some(positive.$eq),
  $ne: none(positive.$eq),
  $gt: some(positive.$gt),
  $gte: some(positive.$gte),
  $lt: some(positive.$lt),
  $lte: some(positive.$lte),
  $in: some(positive.$in),
  $nin: none(positive.$in),
  $type: some(positive.$type),
  $regex: some(positive.$regex),
  $mod: some(positive.$mod),
  $bitsAllSet: some(positive.$bitsAllSet),
  $bitsAllClear: some(positive.$bitsAllClear),
  $bitsAnySet: some(positive.$bitsAnySet),
  $bitsAnyClear: some(positive.$bitsAnyClear),
  $exists: exists,
  $size: hasSize,
} satisfies Record<string, FieldOperator>;

/** An object whose keys are operators (`{$gt: 1}`), not a value to be equal to. */
export function isOperators(value: unknown): value is Document {
  return isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
}
