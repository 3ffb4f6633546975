import type { StoredLetter } from './dead-letters.js';
import { formatCount } from '../show/format.js';
import { sanitizeLine } from '../show/terminal.js';

/** A dead letter for people, one line per field, then its headers; never its payload. */
export function letterText({ letter, message: { headers }, redrivenAt }: StoredLetter): string {
  const fields: [string, string][] = [
    ['letter', letter.id],
    ['code', letter.code],
    ['cause', letter.cause],
    ['at', letter.at.toISOString()],
    ['topic', letter.topic],
    ['key', letter.key ?? '(none)'],
    ['group', letter.group],
    ['bytes', formatCount(letter.bytes)],
    ['redriven', redrivenAt === null ? 'no' : redrivenAt.toISOString()],
  ];
  return `${aligned(fields)}headers\n${aligned(Object.entries(headers), '  ')}`;
}

/** The JSON of `dlt list --json`. `dlt show --json` adds the headers. */
export function letterJson({ letter, redrivenAt }: Omit<StoredLetter, 'message'>): Record<string, unknown> {
  return { ...letter, at: letter.at.toISOString(), redrivenAt: redrivenAt?.toISOString() ?? null };
}

/** Text is kept as text, other bytes are encoded in base64. */
export function payloadJson(bytes: Buffer | null): { payload: string | null } | { payloadBase64: string } {
  if (bytes === null) return { payload: null };
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { payload: text } : { payloadBase64: bytes.toString('base64') };
}

function aligned(fields: readonly (readonly [string, string])[], indent = ''): string {
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => `${indent}${name.padEnd(width)}  ${sanitizeLine(value)}\n`).join('');
}
