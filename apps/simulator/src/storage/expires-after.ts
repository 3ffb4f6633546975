import { OpenAiError } from '../http/openai-error.js';

const usualRange = { from: 3_600, to: 2_592_000 };

/** Seconds of `{anchor: "created_at", seconds}`; undefined when it was not requested. Throws an OpenAiError. */
export function readExpiresAfter(value: unknown, param: string, { from, to } = usualRange): number | undefined {
  if (value === undefined || value === null) return undefined;
  const { anchor, seconds } = value as { anchor?: unknown; seconds?: unknown }; // checked below
  if (anchor !== 'created_at')
    throw new OpenAiError(400, `Invalid '${param}.anchor': expected 'created_at'.`, { param });
  const number = Number(seconds);
  if (!Number.isInteger(number) || number < from || number > to) {
    const message = `Invalid '${param}.seconds': expected a whole number from ${from} to ${to}.`;
    throw new OpenAiError(400, message, { param });
  }
  return number;
}
