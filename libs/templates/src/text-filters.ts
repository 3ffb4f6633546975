import { Drop, type FilterImplOptions, type Liquid } from 'liquidjs';
import { jsonOf, stringifyValue } from './stringify-value.js';

type Reading = (value: unknown) => unknown;

const ofTexts =
  'append prepend capitalize downcase upcase lstrip rstrip strip strip_html strip_newlines squish normalize_whitespace ' +
  'newline_to_br remove remove_first remove_last replace replace_first replace_last split truncate truncatewords ' +
  'number_of_words slugify escape escape_once xml_escape url_decode url_encode cgi_escape uri_escape ' +
  'base64_encode base64_decode sha256 hmac_sha256';

/** Which of the engine's filters want a text, or JSON, where they may get something else, and how they read what they get. */
export const textFilters: Readonly<Record<string, Reading>> = {
  ...Object.fromEntries(ofTexts.split(' ').map((name) => [name, asText])),
  join: asTexts,
  array_to_sentence_string: asTexts,
  slice: asTextOrList,
  sample: asTextOrList,
  json: asJson,
  jsonify: asJson,
};

/** Has dates and objects stand in what filters make of them as they stand in an output. */
export function readTexts(engine: Liquid): void {
  for (const [name, reading] of Object.entries(textFilters)) {
    const filter = engine.filters[name];
    if (filter !== undefined) engine.registerFilter(name, withReading(filter, reading));
  }
}

function withReading(filter: FilterImplOptions, reading: Reading): FilterImplOptions {
  const { handler, raw } = typeof filter === 'function' ? { handler: filter, raw: false } : filter;
  return {
    raw,
    handler(value: unknown, ...args: unknown[]): unknown {
      return handler.call(this, reading(value), ...args.map(asText));
    },
  };
}

/** The engine's own values and bytes are left to its filters. */
function asText(value: unknown): unknown {
  const isOther = typeof value !== 'object' || value === null || value instanceof Drop || ArrayBuffer.isView(value);
  return isOther ? value : stringifyValue(value);
}

function asTexts(value: unknown): unknown {
  return Array.isArray(value) ? value.map(asText) : asText(value);
}

function asTextOrList(value: unknown): unknown {
  return Array.isArray(value) ? value : asText(value);
}

function asJson(value: unknown): unknown {
  const isOther = typeof value !== 'object' || value === null || value instanceof Drop;
  return isOther ? value : (JSON.parse(jsonOf(value)) as unknown);
}
