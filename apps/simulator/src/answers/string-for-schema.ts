import { hash32, seededHex } from '../random/seeded-random.js';
import type { JsonSchema } from './json-schema.js';

/** Tried in turn when the schema has a pattern. A pattern that none of them matches gets a string from the text anyway. */
const patternCandidates = [
  '2024-01-15',
  '2024-01-15T10:30:00Z',
  '10:30',
  '10:30:00',
  'a',
  'A',
  'abc',
  'ABC',
  'AB',
  'A1',
  'a1',
  '1',
  '12',
  '123',
  '1234',
  '12345',
  '123-456-7890',
  '(123) 456-7890',
  '+1234567890',
  '#aabbcc',
  'abc-123',
  'ABC-123',
  'abc_def',
  'a@example.com',
  'https://example.com/',
];

/** A string that the schema allows. The path decides which sentence it comes from. */
export function stringFor(schema: JsonSchema, sentences: readonly string[], path: string): string {
  const format = formatted(schema['format'], path);
  if (format !== undefined) return format;
  const pattern = schema['pattern'];
  const drawn = sentences.length === 0 ? 'nothing said' : (sentences[hash32(path) % sentences.length] ?? '');
  const text = fitted(drawn, schema);
  if (typeof pattern !== 'string') return text;
  const fits = new RegExp(pattern, 'u');
  return (
    [text, ...patternCandidates.map((one) => fitted(one, schema)), ...patternCandidates].find((one) =>
      fits.test(one),
    ) ?? text
  );
}

function formatted(format: unknown, path: string): string | undefined {
  const hex = seededHex(path, 32);
  const day = String(1 + (hash32(path) % 28)).padStart(2, '0');
  switch (format) {
    case 'date':
      return `2024-01-${day}`;
    case 'date-time':
      return `2024-01-${day}T10:30:00Z`;
    case 'time':
      return '10:30:00Z';
    case 'duration':
      return 'P1D';
    case 'email':
      return `${hex.slice(0, 8)}@example.com`;
    case 'hostname':
      return 'example.com';
    case 'uri':
      return `https://example.com/${hex.slice(0, 8)}`;
    case 'ipv4':
      return '192.0.2.1';
    case 'ipv6':
      return '2001:db8::1';
    case 'uuid':
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    default:
      return undefined;
  }
}

function fitted(text: string, schema: JsonSchema): string {
  const most = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : 400;
  const least = typeof schema['minLength'] === 'number' ? schema['minLength'] : 0;
  const characters = Array.from(text).slice(0, Math.max(most, 0));
  return characters.join('') + '.'.repeat(Math.max(0, least - characters.length));
}
