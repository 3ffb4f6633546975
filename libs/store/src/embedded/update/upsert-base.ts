import type { Filter } from '../../store.js';
import { isOperators } from '../query/operators.js';
import { decodeBody, encodeBody } from '../values/body.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { findOrCreateTarget } from './target.js';

/** The document that an upsert starts from: the fields that the filter compares for equality. */
export function upsertBase(filter: Filter): Record<string, unknown> {
  const base: Record<string, unknown> = {};
  for (const [path, value] of equalities(filter)) {
    findOrCreateTarget(base, path).set(value);
  }
  return decodeBody(encodeBody(base)); // a copy: the update changes it, and the filter belongs to the caller
}

function* equalities(filter: Filter): Generator<readonly [string, unknown]> {
  for (const [name, condition] of Object.entries(filter)) {
    if (name === '$and' && Array.isArray(condition)) {
      for (const part of condition as unknown[]) {
        if (isDocument(part)) {
          yield* equalities(part);
        }
      }
    } else if (name.startsWith('$') || bracketOf(condition) === Bracket.regex) {
      continue;
    } else if (!isOperators(condition)) {
      yield [name, condition];
    } else if ('$eq' in condition) {
      yield [name, condition['$eq']];
    }
  }
}
