import { exitCodes } from './exit-codes.js';

const exitCodesOfSignals = { SIGINT: 130, SIGTERM: 143 } as const;
const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Reports each signal to the launcher that started this process, so that the launcher passes on only those that did not
 * arrive here. A command without a handler of its own still ends with the signal.
 */
export function reportSignals(): void {
  if (process.send === undefined) return;
  for (const signal of signals) {
    process.on(signal, () => {
      if (process.connected) process.send?.(signal);
      if (process.listenerCount(signal) === 1) process.exit(exitCodesOfSignals[signal]);
    });
  }
}

/** Aborts the returned signal at the first Ctrl-C, and exits at the second. */
export function abortOnSignals(print: (text: string) => void): AbortSignal {
  const stopping = new AbortController();
  for (const signal of signals) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(exitCodes.stopped);
      print('stopping at the next checkpoint; press Ctrl-C again to stop at once\n');
      stopping.abort();
    });
  }
  return stopping.signal;
}
