import { Bracket, bracketOf } from './bracket.js';
import { binaryParts, hexOf, regexParts, stringOf, timestampOf, wholeText } from './contents.js';
import { exactNumber } from './exact-number.js';

/**
 * Encodes a value as bytes whose memcmp order is MongoDB's order of values: the bracket of the type, then the value.
 * Equal values (1, 1.0 and Long(1)) have equal bytes. The encoding is part of the file format.
 */
export function encodeKey(value: unknown): Buffer {
  if (typeof value === 'string') {
    return encodeString(value);
  }
  const parts: Buffer[] = [];
  encodeInto(parts, value, false);
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

/** The start of a bracket. Its end is the start of the bracket with the next number. */
export function bracketStart(bracket: number): Buffer {
  return Buffer.of(bracket);
}

const end = Buffer.of(0);

function encodeString(value: string): Buffer {
  const length = Buffer.byteLength(value);
  const bytes = Buffer.allocUnsafe(1 + length);
  bytes[0] = Bracket.string;
  bytes.write(value, 1, 'utf8');
  return bytes;
}

/** Within arrays and objects (`nested`) a text ends with a terminator that sorts before everything that could follow. */
function encodeInto(parts: Buffer[], value: unknown, nested: boolean): void {
  const bracket = bracketOf(value);
  switch (bracket) {
    case Bracket.null:
    case Bracket.minKey:
    case Bracket.maxKey:
      parts.push(Buffer.of(bracket));
      return;
    case Bracket.number:
      parts.push(encodeNumber(value));
      return;
    case Bracket.string:
      if (nested) {
        parts.push(Buffer.of(bracket), terminated(stringOf(value)));
      } else {
        parts.push(encodeString(stringOf(value)));
      }
      return;
    case Bracket.boolean:
      parts.push(Buffer.of(bracket, Number(value)));
      return;
    case Bracket.date:
      parts.push(Buffer.of(bracket), encodeDouble((value as Date).getTime()));
      return;
    case Bracket.array:
      parts.push(Buffer.of(bracket));
      for (const element of value as unknown[]) {
        encodeInto(parts, element, true);
      }
      parts.push(end);
      return;
    default:
      encodeObject(parts, bracket, value as object); // the remaining brackets only have objects
  }
}

function encodeObject(parts: Buffer[], bracket: Bracket, value: object): void {
  parts.push(Buffer.of(bracket));
  switch (bracket) {
    case Bracket.object:
      for (const [name, field] of Object.entries(value)) {
        if (field !== undefined) {
          parts.push(Buffer.of(bracketOf(field)), terminated(name));
          encodeInto(parts, field, true);
        }
      }
      parts.push(end);
      return;
    case Bracket.objectId:
      parts.push(Buffer.from(hexOf(value), 'hex'));
      return;
    case Bracket.binary: {
      const { bytes, subtype } = binaryParts(value);
      const head = Buffer.allocUnsafe(5);
      head.writeUInt32BE(bytes.length, 0);
      head.writeUInt8(subtype, 4);
      parts.push(head, Buffer.from(bytes));
      return;
    }
    case Bracket.timestamp: {
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeBigUInt64BE(timestampOf(value));
      parts.push(bytes);
      return;
    }
    case Bracket.regex:
      parts.push(...regexParts(value).map(terminated));
      return;
    default:
      parts.push(terminated(wholeText(value)));
  }
}

/** The nearest double, then the difference of a 64-bit integer from it (at most 512 either way). */
function encodeNumber(value: unknown): Buffer {
  const { double, remainder } = exactNumber(value);
  const bytes = Buffer.allocUnsafe(11);
  bytes[0] = Bracket.number;
  writeDouble(bytes, double, 1);
  bytes.writeUInt16BE(0x8000 + remainder, 9);
  return bytes;
}

function encodeDouble(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  writeDouble(bytes, value, 0);
  return bytes;
}

/** Sets the sign bit of positive doubles and inverts all bits of negative ones. NaN sorts first. */
function writeDouble(bytes: Buffer, value: number, offset: number): void {
  if (Number.isNaN(value)) {
    bytes.fill(0, offset, offset + 8);
    return;
  }
  bytes.writeDoubleBE(value === 0 ? 0 : value, offset);
  const first = bytes.readUInt8(offset);
  if (first < 0x80) {
    bytes[offset] = first | 0x80;
    return;
  }
  for (let index = offset; index < offset + 8; index++) {
    bytes[index] = ~bytes.readUInt8(index) & 0xff;
  }
}

/** UTF-8 with 0xff after each zero byte, terminated by two zero bytes. */
function terminated(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  if (!bytes.includes(0)) {
    return Buffer.concat([bytes, Buffer.of(0, 0)]);
  }
  const escaped: number[] = [];
  for (const byte of bytes) {
    escaped.push(byte);
    if (byte === 0) {
      escaped.push(0xff);
    }
  }
  return Buffer.from([...escaped, 0, 0]);
}
