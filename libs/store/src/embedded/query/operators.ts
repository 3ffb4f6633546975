import { bracketOf, Bracket, isDocument } from '../values/bracket.js';
import { compareValues, equalValues } from '../values/compare-values.js';
import { isNotANumber } from '../values/exact-number.js';
import { refuseFilter } from '../refused-error.js';
import { typeNamed } from './type-names.js';
import { someLeafAt, someValueAt } from './values-at.js';
import { statelessRegex, ValueSet } from './value-set.js';

export type Document = Readonly<Record<string, unknown>>;
export type Predicate = (document: Document) => boolean;

/** Compiles one operator of a path. Paths go through arrays, and values compare, as MongoDB does it. */
export type FieldOperator = (parts: readonly string[], operand: unknown) => Predicate;

function leaf(test: (value: unknown) => boolean): (parts: readonly string[]) => Predicate {
  return (parts) => (document) => someLeafAt(document, parts, test);
}

function equals(parts: readonly string[], operand: unknown): Predicate {
  if (bracketOf(operand) === Bracket.regex) {
    const regex = statelessRegex(operand);
    return leaf((value) => (typeof value === 'string' ? regex.test(value) : equalValues(value, operand)))(parts);
  }
  if (typeof operand === 'string' || typeof operand === 'boolean') {
    return leaf((value) => value === operand)(parts);
  }
  return leaf((value) => equalValues(value, operand))(parts);
}

function compares(name: string, holds: (difference: number) => boolean): FieldOperator {
  return (parts, operand) => {
    const bracket = bracketOf(operand);
    if (bracket === Bracket.regex) {
      refuseFilter(`${parts.join('.')}: ${name} cannot compare with a regular expression`);
    }
    const notANumber = bracket === Bracket.number && isNotANumber(operand);
    if (bracket === Bracket.minKey || bracket === Bracket.maxKey) {
      return leaf((value) => holds(compareValues(value, operand)))(parts);
    }
    return leaf(
      (value) =>
        bracketOf(value) === bracket &&
        (bracket !== Bracket.number || isNotANumber(value) === notANumber) &&
        holds(compareValues(value, operand)),
    )(parts);
  };
}

function isIn(parts: readonly string[], operand: unknown): Predicate {
  if (!Array.isArray(operand) || operand.includes(undefined)) {
    refuseFilter(`${parts.join('.')}: $in and $nin need an array of values, none of them undefined`);
  }
  const values = new ValueSet(operand);
  return leaf((value) => values.has(value))(parts);
}

function not(operator: FieldOperator): FieldOperator {
  return (parts, operand) => {
    const holds = operator(parts, operand);
    return (document) => !holds(document);
  };
}

function exists(parts: readonly string[], operand: unknown): Predicate {
  const wanted = Boolean(operand);
  return (document) => someValueAt(document, parts, (value) => value !== undefined) === wanted;
}

function isOfType(parts: readonly string[], operand: unknown): Predicate {
  const types = (Array.isArray(operand) ? operand : [operand]).map(
    (alias: unknown) =>
      typeNamed(alias) ?? refuseFilter(`${parts.join('.')}: $type knows no type ${JSON.stringify(alias)}`),
  );
  return leaf((value) => types.some((type) => type.test(value)))(parts);
}

function hasSize(parts: readonly string[], operand: unknown): Predicate {
  if (!Number.isInteger(operand) || Number(operand) < 0) {
    refuseFilter(`${parts.join('.')}: $size needs a whole number that is not negative`);
  }
  return (document) => someValueAt(document, parts, (value) => Array.isArray(value) && value.length === operand);
}

function matchesRegex(parts: readonly string[], operand: unknown): Predicate {
  const regex = typeof operand === 'string' ? new RegExp(operand) : statelessRegex(operand);
  return leaf((value) => typeof value === 'string' && regex.test(value))(parts);
}

function hasRemainder(parts: readonly string[], operand: unknown): Predicate {
  const [divisor, remainder] = Array.isArray(operand) && operand.length === 2 ? operand.map(Number) : [];
  if (divisor === undefined || remainder === undefined || Math.trunc(divisor) === 0) {
    refuseFilter(`${parts.join('.')}: $mod needs [divisor, remainder], the divisor not 0`);
  }
  return leaf(
    (value) => typeof value === 'number' && Math.trunc(value) % Math.trunc(divisor) === Math.trunc(remainder),
  )(parts);
}

/** Operators that stand on their own. `$elemMatch` and `$all` need whole queries: `query.ts` adds them. */
export const fieldOperators = {
  $eq: equals,
  $ne: not(equals),
  $gt: compares('$gt', (difference) => difference > 0),
  $gte: compares('$gte', (difference) => difference >= 0),
  $lt: compares('$lt', (difference) => difference < 0),
  $lte: compares('$lte', (difference) => difference <= 0),
  $in: isIn,
  $nin: not(isIn),
  $exists: exists,
  $type: isOfType,
  $size: hasSize,
  $regex: matchesRegex,
  $mod: hasRemainder,
} satisfies Record<string, FieldOperator>;

/** True when the path names an array of which one element passes the test. */
export function someElementAt(
  document: Document,
  parts: readonly string[],
  test: (value: unknown) => boolean,
): boolean {
  return someValueAt(document, parts, (value) => Array.isArray(value) && value.some(test));
}

/** An object whose keys are operators (`{$gt: 1}`), not a value to be equal to. */
export function isOperators(value: unknown): value is Document {
  return isDocument(value) && Object.keys(value)[0]?.startsWith('$') === true;
}
