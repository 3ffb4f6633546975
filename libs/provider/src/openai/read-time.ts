/** From here on a number counts milliseconds: as seconds it would be in the year 5138. */
const leastMs = 100_000_000_000;

/**
 * The moment that a field of a response names. OpenAI writes seconds since 1970; compatible servers also write milliseconds,
 * such numbers as text, and ISO 8601. Null where a server writes none (null, 0, an empty text), and for a text without a time
 * zone: nobody can say which moment it is.
 */
export function readTime(value: unknown): Date | null {
  const number = typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  const ms = typeof number === 'number' ? toMs(number) : typeof number === 'string' ? parseText(number.trim()) : 0;
  const time = new Date(ms);
  return ms > 0 && !Number.isNaN(time.getTime()) ? time : null;
}

function toMs(number: number): number {
  return number < leastMs ? number * 1000 : number;
}

function parseText(text: string): number {
  return /\d(?:Z|\s?UTC|[+-]\d\d:?\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
}
