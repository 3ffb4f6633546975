/** The size of a whole number from 0. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** The size of a length-delimited field: its tag, its length and its content. */
export function fieldBytes(contentBytes: number): number {
  return 1 + varintBytes(contentBytes) + contentBytes;
}

/** The content of a packed field: 64-bit integers, doubles or booleans. */
export function packed(values: readonly (bigint | number | boolean)[]): Buffer {
  const bytes: number[] = [];
  const double = Buffer.alloc(Float64Array.BYTES_PER_ELEMENT);
  for (const value of values) {
    if (typeof value === 'number') {
      double.writeDoubleLE(value);
      bytes.push(...double);
      continue;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
    bytes.push(Number(rest));
  }
  return Buffer.from(bytes);
}

const varint = 0;
const lengthDelimited = 2;

/**
 * Writes a protobuf message into a buffer of the given size. Field numbers go up to 15.
 * https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufMessage {
  readonly bytes: Buffer;
  private at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** Writes a field that holds a whole number from 0. */
  number(field: number, value: number): void {
    this.varint((field << 3) | varint);
    this.varint(value);
  }

  /** Writes the tag and the length of a field. The caller writes the content next. */
  header(field: number, contentBytes: number): void {
    this.varint((field << 3) | lengthDelimited);
    this.varint(contentBytes);
  }

  text(field: number, text: string): void {
    this.header(field, Buffer.byteLength(text));
    this.at += this.bytes.write(text, this.at);
  }

  /** Copies the numbers as they lie in memory. */
  floats(vector: Float32Array): void {
    this.bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), this.at);
    this.at += vector.byteLength;
  }

  /** Copies what is encoded already. */
  encoded(bytes: Buffer): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Throws unless exactly the given size has been written. */
  finish(): Buffer {
    if (this.at !== this.bytes.length) throw new Error(`wrote ${this.at} bytes, expected ${this.bytes.length}`);
    return this.bytes;
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) | 128;
    this.bytes[this.at++] = rest;
  }
}
