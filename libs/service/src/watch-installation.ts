import { isBatchmillError, type Clock } from '@batchmill/contracts';
import type { Readiness } from '@batchmill/stage';
import type { Store } from '@batchmill/store';
import type { Log } from '@batchmill/telemetry';
import { checkPlace, recordWork } from './installation.js';

/** How long another process may take for dead, at least, that records its work at this interval. */
export const recordWorkMs = 30_000;

interface WatchContext {
  readonly store: Store;
  /** The id that this process works for. */
  readonly installation: string;
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Watches whether the state is still the one that this process works on, and records that it does. When the state was
 * replaced, as by a restored backup, the process is to end: its next start then refuses to work.
 */
export class InstallationWatch {
  #isReplaced = false;

  constructor(private readonly context: WatchContext) {}

  /** Checks and records at intervals, for the first time after one. The returned function stops it. */
  start(name: string): () => Promise<void> {
    const stopped = new AbortController();
    const watching = this.#watch(name, stopped.signal);
    return async () => {
      stopped.abort();
      await watching;
    };
  }

  async #watch(name: string, stopped: AbortSignal): Promise<void> {
    const { store, clock } = this.context;
    for (;;) {
      await clock.sleep(recordWorkMs, stopped);
      if (stopped.aborted || this.#isReplaced) return;
      try {
        if (await this.isOwn()) await recordWork(store, { by: name, clock });
      } catch {
        // An outage of the store is reported by those who watch it.
      }
    }
  }

  /** False: the state was replaced, and the readiness has the reason. Rejects while the store is unavailable. */
  async isOwn(): Promise<boolean> {
    if (this.#isReplaced) return false;
    const { store, installation, readiness, log } = this.context;
    try {
      await checkPlace(store, installation);
      return true;
    } catch (error) {
      if (!isBatchmillError(error) || error.code !== 'installation.elsewhere') throw error;
      this.#isReplaced = true;
      log.error('the state was replaced while this process worked; it ends', { error: error.message });
      readiness.markFatal('installation', error);
      return false;
    }
  }
}
