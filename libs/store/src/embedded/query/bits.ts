import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf } from '../values/bracket.js';
import { binaryParts } from '../values/contents.js';
import { exactNumber } from '../values/exact-number.js';

/** MongoDB's limit. */
const maxPosition = 0x7fffffff;

/**
 * Reads the operand of `$bitsAllSet` and similar operators, which is positions, a number or bytes. Returns the positions of
 * the bits, counted from the least one.
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
    refuseFilter(`${path}: expected the bits as an array of positions, a whole number from 0, or bytes`);
  }
  return positionsUpTo(64, (position) => isSetInNumber(mask, position));
}

/**
 * Counts how many of the bits are set in a value. Returns null for a value without bits, which is neither an integer of
 * 64 bits nor bytes. Beyond its end a number is extended by its sign, and bytes by zeros.
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
  return position !== null && position >= 0n && position <= maxPosition
    ? Number(position)
    : refuseFilter(`${path}: the position of a bit is a whole number from 0 to ${maxPosition}`);
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
