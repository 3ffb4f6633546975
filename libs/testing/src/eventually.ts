import { setTimeout as delay } from 'node:timers/promises';

/** Resolves with what `look` gives once it gives something; rejects when that takes too long, saying what was wanted. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 240_000,
  everyMs = 10,
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > until) throw new Error(`Waited ${withinMs} ms in vain for: ${what}`);
    await delay(everyMs);
  }
}
