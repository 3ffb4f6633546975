import { decodeId } from '@batchmill/documents';
import { idTypes, type ScanPosition } from '@batchmill/records';
import type { Filter } from '@batchmill/store';

export const beginning: ScanPosition = { type: 0, after: null };

/** The ids after a position, within its type: comparisons do not cross types. */
export function scanFilter({ type, after }: ScanPosition): Filter {
  const alias = idTypes[type];
  return { _id: after === null ? { $type: alias } : { $type: alias, $gt: decodeId(after) } };
}

/** The first place of the next type; null when there is none. */
export function nextType({ type }: ScanPosition): ScanPosition | null {
  return type + 1 < idTypes.length ? { type: type + 1, after: null } : null;
}
