import { Clock } from '@batchmill/contracts';
import { RunProgressed } from '@batchmill/contracts/events';
import {
  RunForecasts,
  describeForecast,
  describeWait,
  type Leased,
  type Run,
  type SaidProgress,
  type Transition,
  type WaitKind,
} from '@batchmill/records';
import { Readiness } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';

const minuteMs = 60_000;
/** How often it is looked whether a run waits for something else. A forecast takes up to a tenth of a second. */
const lookMs = 5 * minuteMs;
/** While it waits for the same it says it as often. */
const sameMs = 15 * minuteMs;

/** Says how far a run is, what it waits for and when it will be done. */
@Injectable()
export class ProgressReporter {
  readonly #lookedAt = new Map<string, number>();

  constructor(
    private readonly forecasts: RunForecasts,
    private readonly readiness: Readiness,
    private readonly clock: Clock,
  ) {}

  /** Null: there is nothing new to say. */
  async progressOf(run: Leased<Run>): Promise<RunProgressed | null> {
    const { startedAt, cancelRequestedAt, saidProgress = null, pipeline } = run.data;
    const now = this.clock.now();
    const lookedAt = Math.max(saidProgress?.at.getTime() ?? 0, this.#lookedAt.get(run.id) ?? 0);
    const dueMs = Math.max((startedAt ?? now).getTime() + minuteMs, lookedAt + lookMs);
    if (cancelRequestedAt !== null || now.getTime() < dueMs) return null;
    this.#look(run.id, now.getTime());
    const { waits, forecast, unknown, counts } = await this.forecasts.of(run.data, this.readiness.outages);
    const [wait] = waits;
    if (!isNew(saidProgress, wait?.for ?? null, now)) return null;
    return new RunProgressed({
      runId: run.id,
      pipeline: pipeline ?? '',
      documents: run.data.scan.expected ?? null,
      ...counts,
      waitsFor: wait?.for ?? null,
      wait: wait === undefined ? null : describeWait(wait, now).join(', '),
      early: forecast?.early.toISOString() ?? null,
      median: forecast?.median.toISOString() ?? null,
      late: forecast?.late.toISOString() ?? null,
      forecast:
        forecast === null ? `no forecast: ${unknown ?? 'nothing is left'}` : describeForecast(forecast, now).join(', '),
    });
  }

  /** The run is worked on again at once: this ends its lease. */
  say(run: Leased<Run>, progressed: RunProgressed): Transition<RunProgressed> {
    const waitsFor = progressed.waitsFor as WaitKind | null; // as `progressOf` has set it
    return run.with({ saidProgress: { at: this.clock.now(), waitsFor } }).to('running', progressed);
  }

  /** Runs that were not looked at for long have ended. */
  #look(runId: string, nowMs: number): void {
    for (const [id, at] of this.#lookedAt) if (nowMs - at > sameMs) this.#lookedAt.delete(id);
    this.#lookedAt.set(runId, nowMs);
  }
}

/** True when it waits for something else than it said last, or has said nothing for a quarter of an hour. */
export function isNew(said: SaidProgress | null, waitsFor: WaitKind | null, now: Date): boolean {
  return said === null || said.waitsFor !== waitsFor || now.getTime() - said.at.getTime() >= sameMs;
}
