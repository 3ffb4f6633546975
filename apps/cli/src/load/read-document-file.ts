import { NotUtf8Error, ValidationError, decodeText } from '@batchmill/contracts';
import { ChangedValueError, idText, readDocument, type SourceDocument } from '@batchmill/documents';
import { readLines } from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import { createReadStream } from 'node:fs';

/**
 * Reads documents from a file with one JSON object with an `_id` per line, and skips empty lines. A line ends at a newline and
 * nowhere else. Throws a ValidationError `load.bad-line` at the first line that is something else.
 */
export async function* readDocumentFile(file: string): AsyncGenerator<Fields> {
  let number = 0;
  for await (const bytes of linesOf(file)) {
    number += 1;
    const where = `${file}, line ${number}`;
    const text = textOf(bytes, where);
    if (text.trim() !== '') yield documentOf(text, where);
  }
}

function textOf(bytes: Buffer, where: string): string {
  try {
    return decodeText(bytes);
  } catch (error) {
    if (error instanceof NotUtf8Error) throw badLine(`${where}: found bytes that cannot be read (${error.message})`);
    throw error;
  }
}

/** Its errors never quote the line, because it is a user's document. */
function documentOf(text: string, where: string): Fields {
  const document = read(text, where);
  if (document === null) {
    const found = text.startsWith('[') || text.trim() === '[' ? 'a list' : 'something that is not a JSON object';
    throw badLine(
      `${where}: found ${found}, expected one document per line ({"_id": …}); jq -c ".[]" splits a list into such lines`,
    );
  }
  if (idText(document['_id']) !== '') return { ...document };
  throw badLine(
    `${where}: found a document without an _id, expected one with an _id that never changes; without it a second load would store the document twice`,
  );
}

function read(text: string, where: string): SourceDocument | null {
  try {
    return readDocument(text);
  } catch (error) {
    if (error instanceof ChangedValueError) throw badLine(`${where}: ${error.message}`);
    throw error;
  }
}

async function* linesOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const { bytes } of readLines(createReadStream(file))) yield bytes;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new ValidationError(
      'command.no-file',
      `found ${file}, which cannot be read (${code}); expected a file with one JSON document per line`,
      { cause },
    );
  }
}

function badLine(message: string): ValidationError {
  return new ValidationError('load.bad-line', message);
}
