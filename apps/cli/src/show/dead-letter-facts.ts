import type { FoundLetter } from '../dead-letters/dead-letters.js';
import { count } from './amounts.js';
import { oneLine } from './printable.js';

/** What a person wants to know of a dead letter, a fact per line, then the headers; never what it holds. */
export function letterFacts({ letter, message: { headers }, redrivenAt }: FoundLetter): string {
  const facts: [string, string][] = [
    ['letter', letter.id],
    ['code', letter.code],
    ['cause', letter.cause],
    ['at', letter.at.toISOString()],
    ['topic', letter.topic],
    ['key', letter.key ?? '(none)'],
    ['group', letter.group],
    ['bytes', count(letter.bytes)],
    ['redriven', redrivenAt === null ? 'no' : redrivenAt.toISOString()],
  ];
  return `${aligned(facts)}headers\n${aligned(Object.entries(headers), '  ')}`;
}

/** The JSON of `dlt list --json`, and with headers of `dlt show --json`. */
export function letterJson({ letter, redrivenAt }: Omit<FoundLetter, 'message'>): Record<string, unknown> {
  return { ...letter, at: letter.at.toISOString(), redrivenAt: redrivenAt?.toISOString() ?? null };
}

/** Text as it is; bytes that are no text in base64. */
export function payloadJson(bytes: Buffer | null): { payload: string | null } | { payloadBase64: string } {
  if (bytes === null) return { payload: null };
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { payload: text } : { payloadBase64: bytes.toString('base64') };
}

function aligned(facts: readonly (readonly [string, string])[], indent = ''): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${indent}${name.padEnd(width)}  ${oneLine(value)}\n`).join('');
}
