import type { Decimal128, Double, Int32, Long } from 'bson';
import { classNameOf } from './bracket.js';

/** A number as the nearest double, and the difference of a 64-bit integer from it. */
export interface ExactNumber {
  readonly double: number;
  readonly remainder: number;
}

/** 1, 1.0 and Long(1) are the same number. Decimals are compared as the nearest double. */
export function exactNumber(value: unknown): ExactNumber {
  if (typeof value === 'number') {
    return { double: value, remainder: 0 };
  }
  if (typeof value === 'bigint') {
    return ofInteger(value);
  }
  const boxed = value as Long | Int32 | Double | Decimal128; // the only other values of the number bracket
  switch (classNameOf(boxed)) {
    case 'Long':
      return ofInteger((boxed as Long).toBigInt());
    case 'Decimal128':
      return { double: Number(boxed.toString()), remainder: 0 };
    default:
      return { double: (boxed as Int32 | Double).valueOf(), remainder: 0 };
  }
}

export function compareNumbers(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') {
    return compareDoubles(one, other);
  }
  const left = exactNumber(one);
  const right = exactNumber(other);
  return compareDoubles(left.double, right.double) || left.remainder - right.remainder;
}

export function isNotANumber(value: unknown): boolean {
  return typeof value === 'number' ? Number.isNaN(value) : Number.isNaN(exactNumber(value).double);
}

function ofInteger(value: bigint): ExactNumber {
  const double = Number(value);
  return { double, remainder: Number(value - BigInt(double)) };
}

/** NaN is the least of all numbers and equal to itself. */
function compareDoubles(one: number, other: number): number {
  if (one < other) {
    return -1;
  }
  if (one > other) {
    return 1;
  }
  if (one === other) {
    return 0;
  }
  return Number(Number.isNaN(other)) - Number(Number.isNaN(one));
}
