import { topicOf } from '@batchmill/contracts';
import type { Records, WorkRecord } from '@batchmill/records';
import type { StageDefinition } from './stage-definition.js';
import type { WorkDependencies } from './work.js';

/** The clocks of two machines may differ, or a write may arrive late, by this much. */
const overlapMs = 10 * 60_000;

/**
 * Republishes events that stayed in an outbox because a process died, or the bus was unavailable, after their transition
 * was written. The first sweep reads every record, each later one only those that changed since.
 */
export class OutboxRelay {
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  #changedAfter = new Date(0);

  constructor(
    private readonly stages: readonly StageDefinition[],
    private readonly records: readonly Records<WorkRecord>[],
    private readonly dependencies: WorkDependencies,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log, readiness, settings } = this.dependencies;
    while (!this.#stop.signal.aborted) {
      try {
        await this.sweep();
        readiness.markAvailable('outbox');
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        readiness.markUnavailable('outbox', message);
        log.warn('events could not be republished; the next sweep retries', { error: message });
      }
      await clock.sleep(settings.republishAfterMs, this.#stop.signal);
    }
  }

  /** Republishes what is due now. Rejects when the store or the bus is unavailable. */
  async sweep(): Promise<void> {
    const { clock, settings, publisher } = this.dependencies;
    const startedAt = clock.now();
    const topics = [...new Set(this.stages.flatMap(({ produces }) => produces.map(topicOf)))];
    const recordedBefore = new Date(startedAt.getTime() - settings.republishAfterMs);
    for (const records of this.records) {
      const unpublished = records.unpublished({ topics, changedAfter: this.#changedAfter, recordedBefore });
      for await (const { recordId, envelope } of unpublished) {
        await publisher.republish(envelope, (eventId) => records.writes.markPublished(recordId, eventId));
      }
    }
    this.#changedAfter = new Date(startedAt.getTime() - overlapMs - settings.republishAfterMs);
  }
}
