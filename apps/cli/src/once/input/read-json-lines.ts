import { isPlainObject } from '@batchmill/documents';
import { badInput } from './bad-input.js';
import type { InputDocument } from './input-document.js';
import { textLines } from './text-lines.js';

/** A JSON object per line. Empty lines are skipped. Throws a ValidationError `once.bad-input`. */
export async function* readJsonLines(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<InputDocument> {
  for await (const { text, number } of textLines(name, bytes)) {
    const json = text.trim();
    if (json === '') continue;
    const fields = parsed(json);
    if (!isPlainObject(fields)) {
      const found =
        json === '[' || json.startsWith('[{') ? 'a list; say --format json' : 'something that is not a JSON object';
      throw badInput(name, `, line ${number}: found ${found}, expected one document per line: {"text": …}`);
    }
    yield { fields, json, at: `line ${number}` };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
