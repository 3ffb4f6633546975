import type { Sort } from '../../store.js';
import { someLeafAt } from '../query/values-at.js';
import { compareValues } from '../values/compare-values.js';

/** The values by which a document is sorted. An array counts as its least element, or its greatest in descending order. */
export function sortKeyOf(document: Readonly<Record<string, unknown>>, sort: Sort): unknown[] {
  return Object.entries(sort).map(([path, direction]) => {
    const values: unknown[] = [];
    someLeafAt(document, path.split('.'), (value) => {
      values.push(value);
      return false;
    });
    const candidates = values.length > 1 ? values.filter((value) => !Array.isArray(value)) : values;
    return candidates.reduce(
      (best, value) => (direction * compareValues(value, best) < 0 ? value : best),
      candidates[0],
    );
  });
}

export function compareSortKeys(one: readonly unknown[], other: readonly unknown[], sort: Sort): number {
  for (const [index, direction] of Object.values(sort).entries()) {
    const difference = compareValues(one[index], other[index]);
    if (difference !== 0) {
      return direction * difference;
    }
  }
  return 0;
}
