/** The forms in which servers write times: OpenAI's seconds, ISO 8601, milliseconds, seconds as text, ISO 8601 with a zone. */
export const timeForms = ['iso', 'ms', 'text', 'zoned'] as const;
export type TimeForm = (typeof timeForms)[number];

export function isTimeForm(value: unknown): value is TimeForm {
  return timeForms.some((form) => form === value);
}

const zoneSeconds = 8 * 3_600;

/** A time as a response shows it, in whole seconds. Null stays null. */
export function presentTime(ms: number | null | undefined, form: TimeForm | undefined): number | string | null {
  if (ms === null || ms === undefined) return null;
  const seconds = Math.floor(ms / 1000);
  switch (form) {
    case 'iso':
      return new Date(seconds * 1000).toISOString();
    case 'ms':
      return seconds * 1000;
    case 'text':
      return String(seconds);
    case 'zoned':
      return `${new Date((seconds + zoneSeconds) * 1000).toISOString().slice(0, 19)}.000000000+08:00`;
    case undefined:
      return seconds;
  }
}
