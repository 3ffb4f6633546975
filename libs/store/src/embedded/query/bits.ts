import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf } from '../values/bracket.js';
import { binaryParts } from '../values/contents.js';
import { exactNumber } from '../values/exact-number.js';

/** MongoDB takes no position above this one. */
const lastPosition = 0x7fffffff;

/**
 * The bits that `$bitsAllSet` and its like ask for, as positions from the least one: given as positions, as a number, or
 * as bytes.
 */
export function bitPositions(path: string, operand: unknown): readonly number[] {
  if (Array.isArray(operand)) {
    return [...new Set(operand.map((position: unknown) => positionOf(path, position)))];
  }
  if (bracketOf(operand) === Bracket.binary) {
    const { bytes } = binaryParts(operand as object); // the bracket holds objects only
    return positionsUpTo(bytes.length * 8, (position) => isSetInBytes(bytes, position));
  }
  const mask = wholeNumber(operand);
  if (mask === null || mask < 0n) {
    refuseFilter(`${path}: bits are asked for by an array of positions, a whole number from 0 on, or bytes`);
  }
  return positionsUpTo(64, (position) => isSetInNumber(mask, position));
}

/**
 * How many of the bits are set in a value, or null when it has none: it is neither a whole number of 64 bits nor bytes.
 * A number goes on with its sign, bytes go on with zeros.
 */
export function countSetBits(value: unknown, positions: readonly number[]): number | null {
  if (bracketOf(value) === Bracket.binary) {
    const { bytes } = binaryParts(value as object); // the bracket holds objects only
    return positions.filter((position) => isSetInBytes(bytes, position)).length;
  }
  const number = wholeNumber(value);
  return number === null ? null : positions.filter((position) => isSetInNumber(number, position)).length;
}

function positionOf(path: string, value: unknown): number {
  const position = wholeNumber(value);
  return position !== null && position >= 0n && position <= lastPosition
    ? Number(position)
    : refuseFilter(`${path}: the position of a bit is a whole number from 0 to ${lastPosition}`);
}

function positionsUpTo(end: number, isSet: (position: number) => boolean): number[] {
  return Array.from({ length: end }, (_, position) => position).filter(isSet);
}

function isSetInNumber(value: bigint, position: number): boolean {
  return ((value >> BigInt(Math.min(position, 63))) & 1n) === 1n;
}

function isSetInBytes(bytes: Uint8Array, position: number): boolean {
  return (((bytes[position >> 3] ?? 0) >> (position & 7)) & 1) === 1;
}

function wholeNumber(value: unknown): bigint | null {
  if (bracketOf(value) !== Bracket.number) {
    return null;
  }
  const { double, remainder } = exactNumber(value);
  if (!Number.isInteger(double)) {
    return null;
  }
  const whole = BigInt(double) + BigInt(remainder);
  return BigInt.asIntN(64, whole) === whole ? whole : null;
}
