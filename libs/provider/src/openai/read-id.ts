/** The id in a field of a response. Null where there is none: some servers have no null and write an empty text. */
export function readId(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
