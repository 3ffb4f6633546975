import type { RowFieldValue, VectorTarget } from '@batchmill/pipeline';
import type { VectorEntry } from '@batchmill/vectors';

/** A number, or its digits as a text where JavaScript would round it; a date in ISO 8601. */
export type ShownValue = string | number | boolean;

/** The fields of the document that are stored with a vector. */
export function fieldsOfHit(
  { rowFields }: VectorTarget,
  { fields, values = {} }: Omit<VectorEntry, 'key'>,
): Readonly<Record<string, ShownValue>> {
  return Object.fromEntries(
    rowFields.flatMap(({ name, type }) => {
      const value = fields[name] ?? values[name];
      return value === undefined ? [] : [[name, shown(value, type === 'date')]];
    }),
  );
}

export function fieldsText(fields: Readonly<Record<string, ShownValue>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

function shown(value: RowFieldValue, isDate: boolean): ShownValue {
  if (typeof value !== 'bigint') return value;
  const date = isDate ? new Date(Number(value)) : null;
  if (date !== null && !Number.isNaN(date.getTime())) return date.toISOString();
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
