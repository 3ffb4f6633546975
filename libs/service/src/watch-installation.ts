import { isBatchmillError, type Clock } from '@batchmill/contracts';
import { StateCheck, type Readiness } from '@batchmill/stage';
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
export class InstallationWatch extends StateCheck {
  #isRecorded = false;
  #isMissing = false;
  #isReplaced = false;

  constructor(private readonly context: WatchContext) {
    super();
  }

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

  /** When it is false, the readiness has the reason. */
  override async isOwn(): Promise<boolean> {
    if (this.#isReplaced) return false;
    const { store, installation, readiness, log } = this.context;
    try {
      return this.#found(await checkPlace(store, installation));
    } catch (error) {
      if (!isBatchmillError(error) || error.code !== 'installation.elsewhere') throw error;
      this.#isReplaced = true;
      log.error('the state was replaced while this process worked; it ends', { error: error.message });
      readiness.markFatal('installation', error);
      return false;
    }
  }
  /**
   * A record that was there and is missing: a restore has dropped it, and will insert that of the backup. The process does
   * not end now, because its next start would insert a new one.
   */
  #found(isRecorded: boolean): boolean {
    const { readiness, log } = this.context;
    this.#isRecorded ||= isRecorded;
    const isMissing = this.#isRecorded && !isRecorded;
    if (isMissing && !this.#isMissing) log.error(missingText);
    if (isMissing) readiness.markUnavailable('installation', missingText);
    else if (this.#isMissing) readiness.markAvailable('installation');
    this.#isMissing = isMissing;
    return !isMissing;
  }
}

const missingText =
  'the state has lost the record of its installation: it is being restored, or was dropped. Nothing is sent until the record ' +
  'is there again. If it was dropped on purpose, start again';
