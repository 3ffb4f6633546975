import { exitCodes } from './exit-codes.js';

/** The first Ctrl-C stops cleanly, the second at once. */
export function stopSignal(say: (text: string) => void): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(exitCodes.stopped);
      say('stopping at the next checkpoint; once more stops at once\n');
      stopping.abort();
    });
  }
  return stopping.signal;
}
