import { ValidationError } from '@batchmill/contracts';
import type { ComparedValue, Comparison, RowCondition } from './row-condition.js';
import type { RowValueType, VectorCollection } from './vectors.js';

/** How an adapter writes the parts of a condition. `type` is that of the field. */
export interface ConditionWriter {
  readonly comparison: (field: string, is: Comparison, value: ComparedValue, type: FieldType) => string;
  readonly in: (field: string, values: readonly ComparedValue[]) => string;
}

export type FieldType = 'text' | RowValueType;

/** Fewer than SQLite and Milvus take. */
const mostConditions = 500;
const mostValues = 10_000;

/** Writes a condition in the language of a store. Throws a ValidationError `vectors.bad-condition` unless it fits the collection. */
export function writeCondition(collection: VectorCollection, condition: RowCondition, writer: ConditionWriter): string {
  let conditions = 0;
  let values = 0;
  const write = (each: RowCondition): string => {
    conditions += 1;
    if (each.kind === 'in') values += each.values.length;
    if (conditions > mostConditions) refuse(collection, `more than ${mostConditions} conditions`, 'fewer');
    if (values > mostValues) refuse(collection, `more than ${mostValues} values`, 'fewer');
    switch (each.kind) {
      case 'comparison':
        return writer.comparison(each.field, each.is, each.value, typeOf(collection, each.field, [each.value]));
      case 'in':
        typeOf(collection, each.field, each.values);
        return writer.in(each.field, each.values);
      case 'not':
        return `not (${write(each.condition)})`;
      case 'and':
      case 'or':
        if (each.conditions.length === 0) refuse(collection, `an empty "${each.kind}"`, 'at least one condition');
        return each.conditions.map((one) => `(${write(one)})`).join(` ${each.kind} `);
    }
  };
  return write(condition);
}

function typeOf(collection: VectorCollection, field: string, values: readonly ComparedValue[]): FieldType {
  const { fields, valueFields = {} } = collection;
  const type = fields.includes(field) ? 'text' : Object.hasOwn(valueFields, field) ? valueFields[field] : undefined;
  if (type === undefined) {
    const names = [...fields, ...Object.keys(valueFields)].join(', ');
    refuse(collection, `a condition on the field "${field}"`, `one of ${names}`);
  }
  if (values.length === 0) refuse(collection, `no value for ${field}`, 'at least one');
  const wrong = values.find((value) => !isOfType(value, type));
  if (wrong !== undefined) {
    refuse(collection, `${field} compared with a ${typeof wrong}`, `a value of its type, ${type}`);
  }
  return type;
}

const int64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** True for a value that a field of the type holds. */
export function isOfType(value: unknown, type: FieldType): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'bigint' && value >= int64.least && value <= int64.most;
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
  }
}

function refuse({ name }: VectorCollection, found: string, expected: string): never {
  throw new ValidationError('vectors.bad-condition', `Collection ${name}: found ${found}, expected ${expected}.`);
}
