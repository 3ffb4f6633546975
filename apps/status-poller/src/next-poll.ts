/** The delay before a batch is looked at again: it grows by half with every look, up to the longest. */
export function nextPollMs(
  polls: number,
  { firstPollMs, pollIntervalMs }: { firstPollMs: number; pollIntervalMs: number },
): number {
  return Math.min(pollIntervalMs, Math.round(firstPollMs * 1.5 ** Math.min(polls, 60)));
}
