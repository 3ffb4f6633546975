import { formsOfId } from '@batchmill/documents';
import type { Filter } from '@batchmill/store';

/** Ids that came as text may stand for ids of another type: all forms are looked for. */
export function documentIdsFilter(field: string, ids: readonly (string | number)[] | undefined): Filter {
  return ids === undefined ? {} : { [field]: { $in: ids.flatMap(formsOfId) } };
}
