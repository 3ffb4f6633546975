import { DocumentFailure, type DocumentError } from '@batchmill/contracts';
import { idText, readPath } from '@batchmill/documents';
import { rowFieldsOf, type RowFieldValues, type RunPlan, type VectorTarget } from '@batchmill/pipeline';
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

/** The change that makes a row's ids and fields those of its document; null: they are. Fields that do not fit are left as they are. */
export function rowUpdateOf(plan: RunPlan, document: Fields, row: VectorEntry): RowUpdate | null {
  const target = plan.endpointPlan.vectors;
  if (target === null) return null;
  const present = rowFieldsOrError(target, document);
  if ('error' in present) return null;
  const fields = { ...idsOf(plan, target, document), ...present.fields };
  const { values } = present;
  const isSame = [fields, values].every((changed) =>
    Object.entries(changed).every(([name, value]) => (row.fields[name] ?? row.values?.[name]) === value),
  );
  return isSame ? null : { key: row.key, fields, values };
}

/** The ids of the document that a row can have. One that is missing or too long is left out. */
function idsOf({ pipeline: { source } }: RunPlan, target: VectorTarget, document: Fields): Record<string, string> {
  const { idFields, idBytes } = target;
  const ids = { [idFields.chunkId]: source.chunkIdField, [idFields.parentId]: source.parentIdField };
  const texts = Object.entries(ids).map(([name, field]) => [name, idText(readPath(document, field))] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== '' && Buffer.byteLength(text) <= idBytes));
}
