import { CsvError, parse } from 'csv-parse';
import { Readable, pipeline } from 'node:stream';
import { badInput } from './bad-input.js';
import type { InputDocument } from './input-document.js';
import { textLines } from './text-lines.js';

/** Where a row begins, and its values. */
type Row = readonly [at: string, ...values: string[]];

/** What separates columns. Unless the extension tells, the header decides: programs in many countries write semicolons. */
const delimiters = [',', ';', '\t'] as const;

/**
 * Rows under a header with the names of the fields. Every value is a text, and a quoted one may have several lines. Empty lines
 * are skipped. Throws a ValidationError `once.bad-input` for a row with another number of columns than the header.
 */
export async function* readCsv(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  separator?: (typeof delimiters)[number],
): AsyncGenerator<InputDocument> {
  const lines = textLines(name, bytes);
  let first = await lines.next();
  while (first.done !== true && first.value.text.trim() === '') first = await lines.next();
  if (first.done === true) return;
  const { text: headerLine, number } = first.value;
  const delimiter = separator ?? delimiterOf(headerLine);
  // Where the next row begins. The parser is ahead of the loop below, and says it when it stops at a row.
  let nextLine = number;
  let emptyLines = 0;
  const parser = parse({
    delimiter,
    skip_empty_lines: true,
    relax_column_count: true,
    on_record: (values, info) => {
      const at = `line ${nextLine + info.empty_lines - emptyLines}`;
      emptyLines = info.empty_lines;
      nextLine = number + info.lines;
      return [at, ...values];
    },
  });
  async function* text(): AsyncGenerator<string> {
    yield `${headerLine}\n`;
    for await (const line of lines) yield `${line.text}\n`;
  }
  // The error reaches the loop below by the parser, which is destroyed with it.
  pipeline(Readable.from(text()), parser, () => {});
  let header: readonly string[] | null = null;
  try {
    for await (const [at, ...values] of parser as AsyncIterable<Row>) {
      if (header === null) {
        header = checkHeader(name, values);
        continue;
      }
      if (values.length !== header.length) {
        const found = values.length === 1 ? '1 column' : `${values.length} columns`;
        throw badInput(name, `, ${at}: found ${found}, expected ${header.length} as in the header; ${quoteHint}`);
      }
      const fields = Object.fromEntries(header.map((field, column) => [field, values[column] ?? '']));
      yield { fields, json: JSON.stringify(fields), at };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw badInput(name, `, line ${nextLine}: ${problemOf(error)}`, error);
  }
}

const quoteHint = 'a value with a comma, a quote or a line break is put in quotes: "…"';

function delimiterOf(headerLine: string): string {
  const unquoted = headerLine.replaceAll(/"(?:[^"]|"")*"/g, '');
  const counts = delimiters.map((each) => unquoted.split(each).length);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ',';
}

function checkHeader(name: string, header: readonly string[]): readonly string[] {
  const names = header.map((each) => each.trim());
  const unnamed = names.indexOf('');
  if (unnamed !== -1) {
    throw badInput(name, `, header: found no name in column ${unnamed + 1}, expected the name of a field in each`);
  }
  const twice = names.find((each, index) => names.indexOf(each) !== index);
  if (twice === undefined) return names;
  throw badInput(name, `, header: found the column ${JSON.stringify(twice)} twice, expected each once`);
}

/** The parser's message may quote the row: only its code is taken. */
function problemOf({ code }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED')
    return 'found a quote that is never closed, expected another one at the end of the value';
  const found =
    code === 'INVALID_OPENING_QUOTE' || code === 'CSV_INVALID_CLOSING_QUOTE' ? 'a quote within a value' : code;
  return `found ${found}, expected CSV; a quote within a quoted value is doubled: "say ""yes"""`;
}
