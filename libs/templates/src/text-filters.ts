import { Drop, type FilterImplOptions, type Liquid } from 'liquidjs';
import { isMissing, valueToJson, valueToText } from './value-to-text.js';

type Conversion = (value: unknown) => unknown;

const textFilterNames =
  'append prepend capitalize downcase upcase lstrip rstrip strip strip_html strip_newlines squish normalize_whitespace ' +
  'newline_to_br remove remove_first remove_last replace replace_first replace_last split truncate truncatewords ' +
  'number_of_words slugify escape escape_once xml_escape url_decode url_encode cgi_escape uri_escape base64_decode raw';

/** The engine's filters that work on a text, on JSON or on whether there is a value, with the conversion of their input. */
export const textFilters: Readonly<Record<string, Conversion>> = {
  ...Object.fromEntries(textFilterNames.split(' ').map((name) => [name, asText])),
  join: asTexts,
  array_to_sentence_string: asTexts,
  slice: asTextOrList,
  sample: asTextOrList,
  json: asJson,
  jsonify: asJson,
  inspect: asJson,
  default: asPresent,
  base64_encode: asTextOrBytes,
  sha256: asTextOrBytes,
  hmac_sha256: asTextOrBytes,
};

/** Makes filters see dates and objects as the texts that an output would show. */
export function replaceTextFilters(engine: Liquid): void {
  for (const [name, convert] of Object.entries(textFilters)) {
    const filter = engine.filters[name];
    if (filter !== undefined) engine.registerFilter(name, withConversion(filter, convert));
  }
}

function withConversion(filter: FilterImplOptions, convert: Conversion): FilterImplOptions {
  const { handler, raw } = typeof filter === 'function' ? { handler: filter, raw: false } : filter;
  return {
    raw,
    handler(value: unknown, ...args: unknown[]): unknown {
      return handler.call(this, convert(value), ...args.map(asArgument));
    },
  };
}

/** The engine's own values are passed on as they are. */
function asText(value: unknown): unknown {
  if (isMissing(value)) return value === null ? null : undefined;
  return typeof value !== 'object' || value instanceof Drop ? value : valueToText(value);
}

function asTextOrBytes(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? value : asText(value);
}

/** Of an argument with a name, as `allow_false: true`, the engine makes a list. */
function asArgument(value: unknown): unknown {
  return Array.isArray(value) ? value : asText(value);
}

function asTexts(value: unknown): unknown {
  return Array.isArray(value) ? value.map(asText) : asText(value);
}

function asTextOrList(value: unknown): unknown {
  return Array.isArray(value) ? value : asText(value);
}

function asJson(value: unknown): unknown {
  if (value === undefined || value instanceof Drop) return value;
  return JSON.parse(valueToJson(value)) as unknown;
}

/** NaN and an invalid date take the default, as null does. */
function asPresent(value: unknown): unknown {
  return isMissing(value) ? undefined : value;
}
