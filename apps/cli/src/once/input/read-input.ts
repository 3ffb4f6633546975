import { ValidationError } from '@batchmill/contracts';
import { createReadStream } from 'node:fs';
import { extname } from 'node:path';
import type { InputDocument } from './input-document.js';
import { readCsv } from './read-csv.js';
import { readJsonLines } from './read-json-lines.js';
import { readJsonList } from './read-json-list.js';

export const inputFormats = ['jsonl', 'json', 'csv'] as const;
export type InputFormat = (typeof inputFormats)[number];

const readers = { jsonl: readJsonLines, json: readJsonList, csv: readCsv } as const;

const formatsByExtension: Readonly<Record<string, InputFormat>> = {
  '.jsonl': 'jsonl',
  '.ndjson': 'jsonl',
  '.json': 'json',
  '.csv': 'csv',
};

/** What the input is called in messages. */
export function inputName(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/**
 * The documents of a file, or of standard input for `-`. Without a format, the extension of the file says it, and else its first
 * character: `[` begins a list, `{` JSON lines, anything else a CSV header. Throws a ValidationError `once.bad-input`, or
 * `command.no-file` when the file cannot be read.
 */
export async function* readInput(file: string, format: InputFormat | null): AsyncGenerator<InputDocument> {
  const name = inputName(file);
  const bytes = file === '-' ? (process.stdin as AsyncIterable<Uint8Array>) : bytesOf(file);
  const extension = extname(file).toLowerCase();
  if (extension === '.tsv' && (format ?? 'csv') === 'csv') {
    yield* readCsv(name, bytes, '\t');
    return;
  }
  const known = format ?? formatsByExtension[extension];
  if (known !== undefined) {
    yield* readers[known](name, bytes);
    return;
  }
  const [recognised, all] = await recognise(bytes);
  yield* readers[recognised](name, all);
}

async function recognise(bytes: AsyncIterable<Uint8Array>): Promise<[InputFormat, AsyncIterable<Uint8Array>]> {
  const read: Uint8Array[] = [];
  const chunks = bytes[Symbol.asyncIterator]();
  let first: string | undefined;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
    read.push(next.value);
    [first] = /[^\s\ufeff]/.exec(Buffer.from(next.value).toString('utf8')) ?? [];
    if (first !== undefined) break;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* read;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  return [first === '[' ? 'json' : first === '{' ? 'jsonl' : 'csv', all()];
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const expected = 'expected a file of documents: JSON lines, a JSON list or CSV; - is standard input';
    throw new ValidationError('command.no-file', `found ${file}, which cannot be read (${code}); ${expected}`, {
      cause,
    });
  }
}
