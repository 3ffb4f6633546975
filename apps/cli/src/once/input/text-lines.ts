import { NotUtf8Error, decodeText } from '@batchmill/contracts';
import { readLines } from '@batchmill/records';
import { badInput } from './bad-input.js';

export interface TextLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** The lines of a text in UTF-8, without byte order marks. Throws a ValidationError `once.bad-input`. */
export async function* textLines(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TextLine> {
  let number = 0;
  for await (const line of readLines(bytes)) {
    number += 1;
    yield { text: decoded(line.bytes, `${name}, line ${number}`), number };
  }
}

function decoded(bytes: Buffer, where: string): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    if (error instanceof NotUtf8Error) throw badInput(where, `: found bytes that cannot be read (${error.message})`);
    throw error;
  }
}
