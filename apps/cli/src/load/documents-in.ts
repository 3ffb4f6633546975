import { ValidationError } from '@batchmill/contracts';
import { idText, readDocument } from '@batchmill/documents';
import type { Fields } from '@batchmill/store';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * The documents of a file, one JSON object with an `_id` per line; empty lines are none. Throws a ValidationError
 * `load.bad-line` at the first line that is something else.
 */
export async function* documentsIn(file: string): AsyncGenerator<Fields> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    const text = number === 1 ? line.replace(/^\ufeff/, '') : line;
    if (text.trim() !== '') yield documentOf(text, `${file}, line ${number}`);
  }
}

/** Never quotes the line: it is a user's document. */
function documentOf(text: string, where: string): Fields {
  const document = readDocument(text);
  if (document === null) {
    const found = text.trim() === '[' || text.startsWith('[') ? 'a list' : 'what is no JSON object';
    throw badLine(
      `${where}: found ${found}, wanted a document per line ({"_id": …} and nothing else); jq -c ".[]" makes such lines of a list`,
    );
  }
  if (idText(document['_id']) !== '') return { ...document };
  throw badLine(
    `${where}: found a document without an _id, wanted one that is always its own; else a second load would store it twice`,
  );
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === undefined) throw cause;
    throw new ValidationError(
      'command.no-file',
      `found ${file}, which cannot be read (${(cause as NodeJS.ErrnoException).code}); wanted a file with a JSON document per line`,
      { cause },
    );
  }
}

function badLine(message: string): ValidationError {
  return new ValidationError('load.bad-line', message);
}
