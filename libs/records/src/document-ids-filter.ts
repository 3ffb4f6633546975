import { formsOfId } from '@batchmill/documents';
import type { Filter } from '@batchmill/store';

/** Matches the documents with these ids. An id that was given as text also matches ids of other types that it can stand for. */
export function documentIdsFilter(field: string, ids: readonly (string | number)[] | undefined): Filter {
  return ids === undefined ? {} : { [field]: { $in: ids.flatMap(formsOfId) } };
}
