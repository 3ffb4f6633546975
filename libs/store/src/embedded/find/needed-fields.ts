import type { Filter, Projection, Sort } from '../../store.js';

/**
 * The fields of the top level that decide whether a document matches and where it is sorted, and those that are kept of it. Null: all,
 * because the projection keeps all or names what it drops.
 */
export function neededFields(filter: Filter, sort: Sort, projection: Projection = {}): ReadonlySet<string> | null {
  const entries = Object.entries(projection);
  const isDropping = entries.some(([path, kept]) => kept === 0 && path !== '_id');
  if (isDropping || !entries.some(([, kept]) => kept === 1)) return null;
  const paths = [...pathsOf(filter), ...Object.keys(sort), ...Object.keys(projection)];
  return new Set(['_id', ...paths.map((path) => path.split('.', 1)[0] ?? '')]);
}

function pathsOf(filter: Filter): string[] {
  return Object.entries(filter).flatMap(
    ([name, condition]) => (name.startsWith('$') ? (condition as Filter[]).flatMap(pathsOf) : [name]), // compiled before, so it is $and, $or or $nor
  );
}
