import { ProcessingError } from '@batchmill/contracts';
import { LeaseLostError, Leased, recordedError, type WorkRecord } from '@batchmill/records';
import { countWork, inSpan, type SpanOptions, type WorkOutcome } from '@batchmill/telemetry';
import type { DueTimes } from './due-times.js';
import type { FailedWork } from './failed-work.js';
import { assertDeclared } from './stage-definition.js';
import type { Work, WorkDependencies } from './work.js';

/** How a record was found: an event named it, or a poll found it due. */
export type FoundBy = 'signal' | 'poll';

/** Works on taken records: renews the lease, runs the stage's method, and commits the transitions that it yields. */
export class RecordWorker<T extends WorkRecord> {
  constructor(
    private readonly work: Work<T>,
    private readonly dueTimes: DueTimes,
    private readonly failedWork: FailedWork<T>,
    private readonly stopping: AbortSignal,
    private readonly dependencies: WorkDependencies,
  ) {}

  /** Resolves once the lease has ended, by a transition or by a failure. Never rejects. */
  async workOn(record: T, foundBy: FoundBy): Promise<void> {
    const { stage, method, records } = this.work;
    const leaseEnded = new AbortController();
    const leased = new Leased(record, records.writes, AbortSignal.any([this.stopping, leaseEnded.signal]));
    const renewing = this.#renewLease(record, leaseEnded);
    const startedMs = performance.now();
    let outcome: WorkOutcome = 'done';
    try {
      await inSpan(`${stage.name} ${method}`, this.#spanOf(record, foundBy), async () => {
        try {
          await this.#runMethod(leased, leaseEnded);
        } catch (error) {
          outcome = await this.failedWork.end(record, error); // in the span, so that its log lines name the trace
          throw error;
        }
      });
      this.failedWork.recovered();
    } catch {
      // The failure was handled, and the span has recorded it.
    } finally {
      leaseEnded.abort();
      countWork({ stage: stage.name, method, outcome, seconds: (performance.now() - startedMs) / 1000 });
      await renewing;
    }
  }

  async #runMethod(leased: Leased<T>, leaseEnded: AbortController): Promise<void> {
    const { stage, method } = this.work;
    let isEnded = false;
    try {
      for await (const transition of await this.work.handle(leased)) {
        assertDeclared(transition, stage);
        const isApplied = await this.dependencies.publisher.commit(transition);
        if (!transition.endsLease) continue;
        if (!isApplied) throw new LeaseLostError(transition.recordId);
        isEnded = true;
        leaseEnded.abort();
        if (transition.dueAt !== null) this.dueTimes.add(transition.dueAt);
      }
    } catch (error) {
      if (!isEnded) throw error;
      this.#logLateError(leased.id, error);
    }
    if (!isEnded) {
      throw new ProcessingError(
        'stage.lease-not-ended',
        `${stage.name}.${method} returned without a transition of ${leased.id} that ends its lease; yield one, or \`wait\``,
      );
    }
  }

  /** The lease has ended and another process may hold the record: this error does not change it. */
  #logLateError(recordId: string, error: unknown): void {
    const { code, message } = recordedError(error, this.dependencies.clock.now());
    this.dependencies.log.warn('failed after its transition was committed; the transition stands', {
      operation: this.work.stage.name,
      recordId,
      code,
      error: message,
    });
  }

  async #renewLease(record: T, leaseEnded: AbortController): Promise<void> {
    const { clock, settings } = this.dependencies;
    for (;;) {
      await clock.sleep(settings.leaseMs / 3, leaseEnded.signal);
      if (leaseEnded.signal.aborted) return;
      const until = new Date(clock.now().getTime() + settings.leaseMs);
      // An error does not mean that the lease is lost. The next write will show it, and the fence keeps that write safe.
      const isRenewed = await this.work.records.writes.renew(record, until).catch(() => true);
      if (!isRenewed) leaseEnded.abort();
    }
  }

  /** A span in the record's own trace. If a poll found the record, the span also links to that trace. */
  #spanOf(record: T, foundBy: FoundBy): SpanOptions {
    const { stage, state, records } = this.work;
    const { _id, traceparent } = record;
    const runId = records.runOf(record);
    return {
      parent: traceparent,
      links: foundBy === 'poll' && traceparent !== null ? [traceparent] : [],
      attributes: {
        'batchmill.stage': stage.name,
        'batchmill.state': state,
        'batchmill.record': _id,
        'batchmill.found_by': foundBy,
        ...(runId !== null && { 'batchmill.run': runId }),
      },
    };
  }
}
