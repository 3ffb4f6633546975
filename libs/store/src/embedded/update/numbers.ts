import { Long, Timestamp, type Int32, type Double } from 'bson';
import { kindOf, refuseUpdate } from '../refusals.js';
import { classNameOf } from '../values/bracket.js';

type Operation = 'add' | 'multiply';

/** The arithmetic of `$inc` and `$mul`: with doubles, or with integers of 64 bits if one of the two numbers is one. */
export function calculate(path: string, operation: Operation, value: unknown, operand: unknown): unknown {
  const one = numberOf(path, value);
  const other = numberOf(path, operand);
  if (typeof one === 'number' && typeof other === 'number') {
    return operation === 'add' ? one + other : one * other;
  }
  if (typeof one === 'bigint' && typeof other === 'bigint') {
    return longOf(path, operation === 'add' ? one + other : one * other);
  }
  if (Number.isInteger(Number(one)) && Number.isInteger(Number(other))) {
    return longOf(path, operation === 'add' ? BigInt(one) + BigInt(other) : BigInt(one) * BigInt(other));
  }
  return operation === 'add' ? Number(one) + Number(other) : Number(one) * Number(other);
}

/** `$bit`: and, or, xor of integers. */
export function calculateBits(path: string, value: unknown, operand: Readonly<Record<string, unknown>>): unknown {
  const before = wholeOf(path, value);
  let result = before;
  for (const [name, mask] of Object.entries(operand)) {
    const bits = wholeOf(path, mask);
    if (name === 'and') {
      result &= bits;
    } else if (name === 'or') {
      result |= bits;
    } else if (name === 'xor') {
      result ^= bits;
    } else {
      refuseUpdate(`${path}: found ${name} in $bit, expected and, or or xor`);
    }
  }
  return typeof value === 'object' ? longOf(path, result) : Number(result);
}

/** `$currentDate`: a date or a timestamp. */
export function currentDate(path: string, operand: unknown, now: Date): unknown {
  const type = typeof operand === 'object' && operand !== null && '$type' in operand ? operand.$type : operand;
  if (type === true || type === 'date') {
    return now;
  }
  if (type === 'timestamp') {
    return new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 });
  }
  return refuseUpdate(`${path}: $currentDate needs true, {$type: 'date'} or {$type: 'timestamp'}`);
}

function numberOf(path: string, value: unknown): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') {
    return value;
  }
  if (typeof value === 'object' && value !== null) {
    switch (classNameOf(value)) {
      case 'Long':
        return (value as Long).toBigInt();
      case 'Int32':
      case 'Double':
        return (value as Int32 | Double).valueOf();
      default:
    }
  }
  return refuseUpdate(`${path}: found ${kindOf(value)}, expected a number that is not a decimal`);
}

function wholeOf(path: string, value: unknown): bigint {
  const number = numberOf(path, value);
  if (typeof number === 'number' && !Number.isInteger(number)) {
    refuseUpdate(`${path}: $bit needs whole numbers`);
  }
  return BigInt(number);
}

function longOf(path: string, value: bigint): Long {
  if (BigInt.asIntN(64, value) !== value) {
    refuseUpdate(`${path}: the result does not fit into 64 bits`);
  }
  return Long.fromBigInt(value);
}
