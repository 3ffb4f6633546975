import { isBatchmillError } from '@batchmill/contracts';
import type { Engine } from './engine.js';
import { checkPlace, recordWork } from './installation.js';

/** How long another process may take for dead, at least, that records its work at this interval. */
export const recordWorkMs = 30_000;

/**
 * Records at intervals that this process works on the state. When the state under it was replaced, as by a restored
 * backup, the process is to be restarted: its start then refuses to work. The returned function stops it.
 */
export function watchInstallation(
  { store, engineSettings, readiness, clock, log }: Engine,
  name: string,
): () => Promise<void> {
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      try {
        await checkPlace(store, engineSettings.installation);
        await recordWork(store, { by: name, clock });
      } catch (error) {
        if (isBatchmillError(error) && error.code === 'installation.elsewhere') {
          log.error('the state was replaced while this process worked; it ends', {
            operation: name,
            error: error.message,
          });
          readiness.markFatal('installation', error);
          return;
        }
        // An outage of the store is reported by those who watch it.
      }
      await clock.sleep(recordWorkMs, stopped.signal);
    }
  })();
  return async () => {
    stopped.abort();
    await watching;
  };
}
