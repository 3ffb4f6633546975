import type { Binary } from 'bson';
import { classNameOf } from './bracket.js';

export interface BinaryParts {
  readonly bytes: Uint8Array;
  readonly subtype: number;
}

/** What a value of the binary bracket holds. Plain bytes have the subtype 0. */
export function binaryParts(value: object): BinaryParts {
  if (classNameOf(value) === 'Binary') {
    const binary = value as Binary; // told by its class name
    return { bytes: binary.buffer.subarray(0, binary.position), subtype: binary.sub_type };
  }
  if (ArrayBuffer.isView(value)) {
    return { bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength), subtype: 0 };
  }
  return { bytes: new Uint8Array(value as ArrayBuffer), subtype: 0 }; // nothing else is in that bracket
}
