const signals = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Tells the launcher, which started this process, of the signals that come here, so that it passes on only those that do
 * not. A command that does not listen to a signal ends with it, as without this.
 */
export function tellSignals(): void {
  if (process.send === undefined) return;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (process.connected) process.send?.(signal);
      if (process.listenerCount(signal) === 1) process.exit(signals[signal]);
    });
  }
}
