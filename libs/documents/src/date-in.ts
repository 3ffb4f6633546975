const isoPattern = /^([+-]\d{6}|\d{4})-(\d\d)-(\d\d)(?:T.+)?$/;

/** The time that a text of ISO 8601 names; null: it names none. JavaScript takes the 30th of February for the 1st of March. */
export function dateIn(text: string): Date | null {
  const [, year = NaN, month = NaN, day = NaN] = isoPattern.exec(text)?.map(Number) ?? [];
  const calendar = new Date(0);
  calendar.setUTCFullYear(year, month - 1, day);
  const isDay = calendar.getUTCMonth() === month - 1 && calendar.getUTCDate() === day;
  const date = new Date(text);
  return isDay && !Number.isNaN(date.getTime()) ? date : null;
}
