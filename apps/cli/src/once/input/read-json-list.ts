import { NotUtf8Error, decodeText } from '@batchmill/contracts';
import { isPlainObject } from '@batchmill/documents';
import { badInput } from './bad-input.js';
import type { InputDocument } from './input-document.js';

/** A JSON list of objects, which is read into memory whole. Throws a ValidationError `once.bad-input`. */
export async function* readJsonList(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<InputDocument> {
  const list = parsed(name, Buffer.concat(await Array.fromAsync(bytes)));
  if (!Array.isArray(list)) {
    const found = isPlainObject(list) ? 'an object' : 'a value';
    throw badInput(name, `: found ${found}, expected a list of documents: [{"text": …}, …]`);
  }
  for (const [index, fields] of (list as unknown[]).entries()) {
    const at = `item ${index + 1}`;
    if (!isPlainObject(fields))
      throw badInput(name, `, ${at}: found something that is not an object, expected a document`);
    yield { fields, json: JSON.stringify(fields), at };
  }
}

function parsed(name: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(decodeText(bytes));
  } catch (error) {
    if (error instanceof NotUtf8Error) throw badInput(name, `: found bytes that cannot be read (${error.message})`);
    // The engine's message quotes the text: only its place is taken.
    const [, line] = /\(line (\d+) column \d+\)/.exec(String(error)) ?? [];
    const where = line === undefined ? '' : `, line ${line}`;
    const hint = 'for one document per line, say --format jsonl';
    throw badInput(name, `${where}: found a text that is not JSON, expected a list of documents; ${hint}`, error);
  }
}
