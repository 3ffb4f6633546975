import { decodeId } from '@batchmill/pipeline';
import type { Filter } from '@batchmill/store';

const objectIdPattern = /^[0-9a-f]{24}$/i;

/** Ids that came as text may stand for ids of another type: all forms are looked for. */
export function documentIdsFilter(field: string, ids: readonly (string | number)[] | undefined): Filter {
  return ids === undefined ? {} : { [field]: { $in: ids.flatMap(formsOf) } };
}

function formsOf(id: string | number): unknown[] {
  if (typeof id === 'number') return [id];
  const forms: unknown[] = [id];
  if (objectIdPattern.test(id)) forms.push(decodeId(JSON.stringify({ $oid: id.toLowerCase() })));
  if (id.trim() !== '' && String(Number(id)) === id) forms.push(Number(id));
  return forms;
}
