import { completionWindowMs, type CompletionWindow } from '@batchmill/contracts';

/** The completion windows that a provider takes: some texts, or all whole hours and days of a range, both ends included. */
export type CompletionWindows =
  | readonly [CompletionWindow, ...CompletionWindow[]]
  | { readonly from: CompletionWindow; readonly to: CompletionWindow };

/** Null for windows: it is not known what the provider takes, and anything is allowed. */
export function allowsWindow(windows: CompletionWindows | null, window: CompletionWindow): boolean {
  if (windows === null) return true;
  if (!('from' in windows)) return windows.includes(window);
  const ms = completionWindowMs(window);
  return ms >= completionWindowMs(windows.from) && ms <= completionWindowMs(windows.to);
}

/** `24h`, `24h or 48h`, `24h to 7d`; null: `any`. */
export function describeWindows(windows: CompletionWindows | null): string {
  if (windows === null) return 'any';
  return 'from' in windows ? `${windows.from} to ${windows.to}` : windows.join(' or ');
}
