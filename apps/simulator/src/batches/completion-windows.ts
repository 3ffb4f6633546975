/** Some completion windows, or all whole hours and days of a range, both ends included. */
export type Windows = readonly string[] | { readonly from: string; readonly to: string };

const hourMs = 3_600_000;

/** True for hours or days: `24h`, `7d`. */
export function isWindow(text: unknown): text is string {
  return typeof text === 'string' && /^[1-9]\d*[hd]$/.test(text);
}

/** Of hours or days. */
export function windowMs(window: string): number {
  return Number.parseInt(window, 10) * (window.endsWith('d') ? 24 : 1) * hourMs;
}

export function takesWindow(windows: Windows, asked: unknown): asked is string {
  if (!('from' in windows)) return windows.some((window) => window === asked);
  return isWindow(asked) && windowMs(asked) >= windowMs(windows.from) && windowMs(asked) <= windowMs(windows.to);
}

/** For the message of a refusal. */
export function supportedWindows(windows: Windows): string {
  if ('from' in windows) return `durations from '${windows.from}' to '${windows.to}' are supported`;
  const listed = windows.map((window) => `'${window}'`).join(', ');
  return windows.length === 1 ? `the only value supported is ${listed}` : `the values supported are ${listed}`;
}
