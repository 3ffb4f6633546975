import type { Filter, Projection, Sort } from '../../store.js';
import { keepsFields } from './projection.js';

/** More are decoded as quickly with all others. */
const mostFields = 12;

/**
 * The fields of the top level that decide whether a document matches and where it is sorted, and those that are kept of it. Null: all,
 * because the projection names what it drops, or there are many.
 */
export function neededFields(filter: Filter, sort: Sort, projection: Projection = {}): ReadonlySet<string> | null {
  if (!keepsFields(projection)) return null;
  const paths = [...pathsOf(filter), ...Object.keys(sort), ...Object.keys(projection)];
  const names = new Set(['_id', ...paths.map((path) => path.split('.', 1)[0] ?? '')]);
  return names.size > mostFields ? null : names;
}

function pathsOf(filter: Filter): string[] {
  return Object.entries(filter).flatMap(
    ([name, condition]) => (name.startsWith('$') ? (condition as Filter[]).flatMap(pathsOf) : [name]), // compiled before, so it is $and, $or or $nor
  );
}
