import type { Filter } from '../../store.js';
import { fieldNamed, typePathOf } from '../catalog/table.js';
import { isOperators } from '../query/operators.js';
import { typeNamed } from '../query/type-names.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { bracketStart, encodeKey } from '../values/encode-key.js';
import { isNotANumber } from '../values/exact-number.js';
import {
  bracketRange,
  everyKey,
  includesKey,
  intersectRanges,
  keyAfter,
  uniteRanges,
  type KeyRange,
  type KeyRanges,
} from './key-ranges.js';

/**
 * The condition of a filter on one field, as encoded keys: either exactly these points, or anything within these ranges.
 * It includes everything that matches, and perhaps more: the rows are then tested with the whole filter.
 */
export type Constraint =
  | { readonly kind: 'points'; readonly points: readonly Buffer[] }
  | { readonly kind: 'ranges'; readonly ranges: KeyRanges };

/**
 * Returns the constraint on each of `paths` that follows from the top level and every `$and` of the filter, if there is
 * one. It only holds for documents without an array on the path: different elements of an array may meet different
 * conditions, without any element that meets all of them. `exclusions`: also what follows from `$nin`, which is
 * mostly much; not of `_id`, of which a few are excluded.
 */
export function constraintsOf(
  filter: Filter,
  paths: ReadonlySet<string>,
  { exclusions = false }: { readonly exclusions?: boolean } = {},
): ReadonlyMap<string, Constraint> {
  const constraints = new Map<string, Constraint>();
  for (const [path, condition] of namedConditionsOf(filter)) {
    if (paths.has(path)) {
      const isExcluding = exclusions && path !== '_id';
      const ofPath = [...constraintsOfCondition(condition, path), ...(isExcluding ? excluded(condition) : [])];
      for (const constraint of ofPath) {
        const before = constraints.get(path);
        constraints.set(path, before === undefined ? constraint : both(before, constraint));
      }
    }
  }
  return constraints;
}

/** The lists of every `$or` at the top level and in every `$and` of the filter. */
export function* alternativesOf(filter: Filter): Generator<readonly Filter[]> {
  for (const [name, parts] of Object.entries(filter)) {
    if (!Array.isArray(parts)) continue;
    const filters = (parts as unknown[]).filter(isDocument);
    if (name === '$or') yield filters;
    if (name === '$and') for (const part of filters) yield* alternativesOf(part);
  }
}

/** With the conditions on types, under the names of the columns that hold these. */
function* namedConditionsOf(filter: Filter): Generator<readonly [string, unknown]> {
  for (const [path, condition] of conditionsOf(filter)) {
    yield [path, condition];
    if (isOperators(condition) && '$type' in condition) yield [typePathOf(path), { $type: condition['$type'] }];
  }
}

function* conditionsOf(filter: Filter): Generator<readonly [string, unknown]> {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition)) {
      for (const part of condition as unknown[]) {
        if (isDocument(part)) {
          yield* conditionsOf(part);
        }
      }
    } else if (!name.startsWith('$')) {
      yield [name, condition];
    }
  }
}

function constraintsOfCondition(condition: unknown, path: string): Constraint[] {
  if (!isOperators(condition)) {
    return equalTo(condition);
  }
  return Object.entries(condition).flatMap(([operator, operand]) => constraintsOfOperator(operator, operand, path));
}

function constraintsOfOperator(operator: string, operand: unknown, path: string): Constraint[] {
  switch (operator) {
    case '$eq':
      return equalTo(operand);
    case '$in':
      return oneOf(operand);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return comparedWith(operator, operand);
    case '$type':
      if (fieldNamed(path).isType) return typesThemselves(operand);
      return path === '_id' ? ofTypes(operand) : [];
    default:
      return [];
  }
}

/** Arrays and patterns also match values with other keys than their own. */
function hasKey(value: unknown): boolean {
  const bracket = bracketOf(value);
  return bracket !== Bracket.array && bracket !== Bracket.regex && value !== undefined;
}

function equalTo(value: unknown): Constraint[] {
  return hasKey(value) ? [{ kind: 'points', points: [encodeKey(value)] }] : [];
}

function oneOf(values: unknown): Constraint[] {
  if (!Array.isArray(values) || !values.every(hasKey)) {
    return [];
  }
  const keys = values.map(encodeKey).sort((one, other) => Buffer.compare(one, other));
  return [{ kind: 'points', points: keys.filter((key, index) => !keys[index - 1]?.equals(key)) }];
}

/** Of texts only: no two of them have the same key. */
function excluded(condition: unknown): Constraint[] {
  const values = isOperators(condition) ? condition['$nin'] : undefined;
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) {
    return [];
  }
  return values.map((value) => {
    const key = encodeKey(value);
    const ranges = everyKey.flatMap(({ from, to }) => [
      { from, to: key },
      { from: keyAfter(key), to },
    ]);
    return { kind: 'ranges', ranges };
  });
}

function comparedWith(operator: '$gt' | '$gte' | '$lt' | '$lte', operand: unknown): Constraint[] {
  const bracket = bracketOf(operand);
  if (!hasKey(operand) || bracket === Bracket.minKey || bracket === Bracket.maxKey) {
    return [];
  }
  if (bracket === Bracket.number && isNotANumber(operand)) {
    return [];
  }
  const key = encodeKey(operand);
  const type = bracketRange(bracket);
  const range: Record<typeof operator, KeyRange> = {
    $gt: { from: keyAfter(key), to: type.to },
    $gte: { from: key, to: type.to },
    $lt: { from: type.from, to: key },
    $lte: { from: type.from, to: keyAfter(key) },
  };
  return [{ kind: 'ranges', ranges: [range[operator]] }];
}

function ofTypes(operand: unknown): Constraint[] {
  const types = (Array.isArray(operand) ? operand : [operand]).map(typeNamed);
  const ranges = types.flatMap((type) => (type === null ? [] : [bracketRange(type.bracket)]));
  return ranges.length === types.length ? [{ kind: 'ranges', ranges: uniteRanges(ranges) }] : [];
}

function typesThemselves(operand: unknown): Constraint[] {
  const types = (Array.isArray(operand) ? operand : [operand]).map(typeNamed);
  const points = types.flatMap((type) => (type === null ? [] : [bracketStart(type.bracket)]));
  return points.length === types.length ? [{ kind: 'points', points }] : [];
}

function both(one: Constraint, other: Constraint): Constraint {
  if (one.kind === 'points') {
    return { kind: 'points', points: one.points.filter((point) => contains(other, point)) };
  }
  if (other.kind === 'points') {
    return both(other, one);
  }
  return { kind: 'ranges', ranges: intersectRanges(one.ranges, other.ranges) };
}

function contains(constraint: Constraint, key: Buffer): boolean {
  return constraint.kind === 'points'
    ? constraint.points.some((point) => point.equals(key))
    : includesKey(constraint.ranges, key);
}
