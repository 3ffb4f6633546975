/**
 * How long the provider may take for a batch, as a text that is sent to it as it is. OpenAI takes `24h` only; compatible servers
 * take others, such as `48h` or `7d`.
 */
export type CompletionWindow = `${number}h` | `${number}d`;

export const expectedCompletionWindow = 'hours or days from 1h to 30d, such as 24h, 48h or 7d';

const hourMs = 3_600_000;
const maxMs = 30 * 24 * hourMs;

export function isCompletionWindow(value: unknown): value is CompletionWindow {
  if (typeof value !== 'string' || !/^[1-9]\d*[hd]$/.test(value)) return false;
  return completionWindowMs(value as CompletionWindow) <= maxMs; // it has the form of one
}

export function completionWindowMs(window: CompletionWindow): number {
  const hours = Number.parseInt(window, 10) * (window.endsWith('d') ? 24 : 1);
  return hours * hourMs;
}
