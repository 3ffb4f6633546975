import { setTimeout as delay } from 'node:timers/promises';

/** Polls until `find` returns something, and resolves with it. Rejects with `what` after `withinMs`. */
export async function eventually<T>(
  what: string,
  find: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 600_000,
  everyMs = 10,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = await find();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`Waited ${withinMs} ms for: ${what}`);
    await delay(everyMs);
  }
}
