import { DocumentFailure, type DocumentError } from '@batchmill/contracts';
import { rowFieldsOf, type RowFieldValues, type VectorTarget } from '@batchmill/pipeline';
import type { Fields } from '@batchmill/store';
import type { RowUpdate, VectorEntry } from '@batchmill/vectors';

/** The fields of a document for its vector's row, or why they do not fit. */
export function rowFieldsOrError(
  { rowFields }: VectorTarget,
  document: Fields,
): RowFieldValues | { readonly error: DocumentError } {
  try {
    return rowFieldsOf(rowFields, document);
  } catch (error) {
    if (error instanceof DocumentFailure) return { error: error.error };
    throw error;
  }
}

/** The change that makes a row's fields those of its document; null: they are. Fields that do not fit are left as they are. */
export function rowUpdateOf(target: VectorTarget, document: Fields, row: VectorEntry): RowUpdate | null {
  const present = rowFieldsOrError(target, document);
  if ('error' in present) return null;
  const isSame = target.rowFields.every(
    ({ name }) => (row.fields[name] ?? row.values?.[name]) === (present.fields[name] ?? present.values[name]),
  );
  return isSame ? null : { key: row.key, ...present };
}
