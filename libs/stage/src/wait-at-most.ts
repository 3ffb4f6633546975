import type { Clock } from '@batchmill/contracts';

/** Resolves when the work has ended or its time is over, whichever comes first; rejects when the work did first. */
export async function waitAtMost(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const ended = new AbortController();
  await Promise.race([work, clock.sleep(ms, ended.signal)]).finally(() => ended.abort());
}
