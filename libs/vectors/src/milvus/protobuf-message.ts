/** How many bytes a whole number from 0 takes. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** How many bytes a field takes whose content has so many: its tag, its length and its content. */
export function fieldBytes(contentBytes: number): number {
  return 1 + varintBytes(contentBytes) + contentBytes;
}

const varint = 0;
const lengthDelimited = 2;

/**
 * Writes a protobuf message into bytes of the size that was said; field numbers up to 15.
 * https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufMessage {
  readonly bytes: Buffer;
  private at = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** A field that holds a whole number from 0. */
  number(field: number, value: number): void {
    this.varint((field << 3) | varint);
    this.varint(value);
  }

  /** The beginning of a field of so many bytes; whoever calls writes them next. */
  header(field: number, contentBytes: number): void {
    this.varint((field << 3) | lengthDelimited);
    this.varint(contentBytes);
  }

  text(field: number, text: string): void {
    this.header(field, Buffer.byteLength(text));
    this.at += this.bytes.write(text, this.at);
  }

  /** The numbers as they lie in memory. */
  floats(vector: Float32Array): void {
    this.bytes.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), this.at);
    this.at += vector.byteLength;
  }

  /** Throws unless exactly what was said has been written. */
  finish(): Buffer {
    if (this.at !== this.bytes.length) throw new Error(`wrote ${this.at} bytes where ${this.bytes.length} were meant`);
    return this.bytes;
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes[this.at++] = (rest % 128) | 128;
    this.bytes[this.at++] = rest;
  }
}
