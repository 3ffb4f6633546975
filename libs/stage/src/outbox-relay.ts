import { topicOf } from '@batchmill/contracts';
import type { Records, WorkRecord } from '@batchmill/records';
import type { StageDefinition } from './stage-definition.js';
import type { LoopDependencies } from './work-loop.js';

/** The clocks of two machines may differ by this much, and a lease may have run on for as long. */
const overlapMs = 10 * 60_000;

/**
 * Says facts again that stayed unsaid because a process died, or the bus was away, between a move and its saying.
 * The first sweep looks at every record; each next one at those that changed since.
 */
export class OutboxRelay {
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  #changedAfter = new Date(0);

  constructor(
    private readonly stages: readonly StageDefinition[],
    private readonly records: readonly Records<WorkRecord>[],
    private readonly dependencies: LoopDependencies,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One sweep over all records. */
  async once(): Promise<void> {
    const { clock, settings, publisher } = this.dependencies;
    const begun = clock.now();
    const topics = [...new Set(this.stages.flatMap(({ produces }) => produces.map(topicOf)))];
    const recordedBefore = new Date(begun.getTime() - settings.republishAfterMs);
    for (const records of this.records) {
      for await (const { recordId, envelope } of records.unpublished({
        topics,
        changedAfter: this.#changedAfter,
        recordedBefore,
      })) {
        await publisher.republish(envelope, (factId) => records.writes.markPublished(recordId, factId));
      }
    }
    this.#changedAfter = new Date(begun.getTime() - overlapMs - settings.republishAfterMs);
  }

  async #run(): Promise<void> {
    const { clock, log, readiness, settings } = this.dependencies;
    while (!this.#stop.signal.aborted) {
      try {
        await this.once();
        readiness.markAvailable('facts');
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        readiness.markUnavailable('facts', message);
        log.warn('facts could not be said again; tried at the next turn', { error: message });
      }
      await clock.sleep(settings.republishAfterMs, this.#stop.signal);
    }
  }
}
