import { bsonType, isPlainObject, readPath } from '@batchmill/documents';
import type { FilterImplOptions, Liquid } from 'liquidjs';
import { InexactNumberError } from './render-errors.js';

/** The engine's filters that calculate. It calculates with numbers of double precision. */
export const numberFilters: readonly string[] = [
  ...['abs', 'at_least', 'at_most', 'ceil', 'divided_by', 'floor', 'minus', 'modulo', 'plus', 'round', 'sum', 'times'],
];

/** So many significant digits survive double precision. */
const exactDigits = 15;

/** Makes filters throw an InexactNumberError where a number has more digits than they would keep. */
export function replaceNumberFilters(engine: Liquid): void {
  for (const name of numberFilters) {
    const filter = engine.filters[name];
    if (filter !== undefined) engine.registerFilter(name, exactly(name, filter));
  }
}

function exactly(name: string, filter: FilterImplOptions): FilterImplOptions {
  const handler = typeof filter === 'function' ? filter : filter.handler;
  return function (value: unknown, ...args: unknown[]): unknown {
    const operands = (name === 'sum' ? [addends(value, args)] : [value, ...args]).map(operandOf);
    const result: unknown = handler.call(this, ...(operands as [unknown, ...unknown[]]));
    const wereExact = operands.flat(Infinity).every((each) => typeof each !== 'number' || isExact(each));
    if (wereExact && typeof result === 'number' && !isExact(result)) throw new InexactNumberError();
    return result;
  };
}

/** Of objects, the values of the property that the filter names. */
function addends(list: unknown, [property]: readonly unknown[]): unknown {
  if (typeof property !== 'string' || !Array.isArray(list)) return list;
  return list.map((item) => (isPlainObject(item) ? (readPath(item, property) ?? 0) : 0));
}

/** A number of the store, or a text of digits, as the engine calculates with it. Other values as they are. */
function operandOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(operandOf);
  if (typeof value === 'bigint' || bsonType(value) === 'Long') return exactInteger(BigInt(String(value)));
  const isDecimal = bsonType(value) === 'Decimal128';
  if (!isDecimal && typeof value !== 'string') return value;
  const digits = /^[-+]?0*(\d*)\.?(\d*)(?:E[-+]?\d+)?$/i.exec(String(value).trim());
  if (digits !== null && `${digits[1] ?? ''}${digits[2] ?? ''}`.replace(/^0+/, '').length > exactDigits) {
    throw new InexactNumberError();
  }
  return isDecimal ? Number(String(value)) : value;
}

function exactInteger(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new InexactNumberError();
  return number;
}

/** False: an integer whose last digits may be lost. */
function isExact(number: number): boolean {
  return !Number.isInteger(number) || Number.isSafeInteger(number);
}
