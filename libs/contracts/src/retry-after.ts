/**
 * How many milliseconds a `Retry-After` asks to wait, in seconds or until a date:
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. Null: there is none, or none that can be read.
 */
export function retryAfterMs(value: string | null | undefined, now: Date): number | null {
  if (value == null || value.trim() === '') return null;
  if (Number.isFinite(Number(value))) return Math.max(0, Number(value) * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}
