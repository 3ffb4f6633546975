import { Clock } from '@batchmill/contracts';
import { Batches, askedRequestsOf, isPaused, type Batch, type Leased, type Run } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** Batches of fewer requests say too little. */
const fewestRequests = 10;

/**
 * Pauses a run whose last batches have brought mostly failures, before the others are paid. The trial of a run counts as all of
 * them. After a resume, batches that ended before it do not count.
 */
@Injectable()
export class Breaker {
  constructor(
    private readonly batches: Batches,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Does nothing when the run is paused or cancelled, or nothing of it is left to send. */
  async watch(run: Leased<Run>): Promise<void> {
    const { breakerBatches } = this.settings;
    if (breakerBatches === 0 || isPaused(run.data) || run.data.cancelRequestedAt !== null) return;
    const last = await this.batches.lastIngestedOfRun(run.id, {
      count: breakerBatches,
      fewestRequests,
      since: run.data.lastPauseCommandAt,
    });
    const reason = this.#reasonIn(last, run.data);
    if (reason === null || !(await this.#hasMore(run))) return;
    await run.save({ pausedAt: this.clock.now(), pauseReason: reason });
    this.log.error('a run is paused, because its last batches have mostly failed', { runId: run.id, reason });
  }

  #reasonIn(last: readonly Batch[], { scan }: Run): string | null {
    const { breakerBatches, breakerShare, trialDocuments } = this.settings;
    const bad = last.filter((batch) => failuresOf(batch) > breakerShare * askedRequestsOf(batch));
    const [newest] = bad;
    if (newest === undefined) return null;
    // Of a run that begins with a trial, it is the only batch until it is judged.
    const isTrial = last.length === 1 && !scan.ended && newest.documents <= trialDocuments;
    if (!isTrial && (bad.length < last.length || last.length < breakerBatches)) return null;
    const failures = bad.reduce((sum, batch) => sum + failuresOf(batch), 0);
    const requests = bad.reduce((sum, batch) => sum + askedRequestsOf(batch), 0);
    const what = isTrial ? 'the first batch' : `the last ${bad.length} batches`;
    return (
      `${failures} of ${requests} requests of ${what} failed (${newest.ingestion.firstError ?? 'no code'}); ` +
      'correct the function or the processor before you resume it'
    );
  }

  async #hasMore(run: Leased<Run>): Promise<boolean> {
    return !run.data.scan.ended || (await this.batches.countOfRun(run.id, 'built')) > 0;
  }
}

/** Requests that failed for good, or whose answer was paid and could not be used. Those that the provider did not answer do not count. */
function failuresOf({ ingestion: { failed, unusableAnswers = 0 } }: Batch): number {
  return Math.max(failed, unusableAnswers);
}
