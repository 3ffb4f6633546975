import { exitCodes } from './shell.js';

/** A launcher passes Ctrl-C on though the terminal sent it to both: two within this time are one. */
const sameKeyMs = 200;

/** Aborted by the first SIGINT or SIGTERM; the next one ends the process at once. */
export function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  let first = 0;
  const stop = (): void => {
    const now = performance.now();
    if (!stopping.signal.aborted) {
      first = now;
      stopping.abort();
    } else if (now - first > sameKeyMs) {
      process.exit(exitCodes.stopped);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  return stopping.signal;
}
