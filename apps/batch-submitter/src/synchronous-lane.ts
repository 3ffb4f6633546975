import { Clock } from '@batchmill/contracts';
import { Provider } from '@batchmill/provider';
import { usdOf } from '@batchmill/models';
import {
  Batches,
  DeadlineForecasts,
  Turnarounds,
  boughtAnswersOf,
  lateMs,
  type Batch,
  type DeadlineForecast,
  type Run,
  type SynchronousLane as LaneState,
} from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** Where a batch goes, and until when that holds; null: for good. */
export interface LaneChoice {
  readonly lane: 'batch' | 'synchronous';
  readonly until: Date | null;
}

/** The time in which a tenth of all batches is done at OpenAI (measured), where the account's own are not known. */
const usualQuickSeconds = 180;
const quickShare = 0.1;
/** The flex tier is tried while so many times the time of all calls is left, and this on top. */
const spareTimes = 4;
const spareMs = 10 * 60_000;

/** Decides which batches of a run with a deadline are sent to the synchronous endpoints: those of which the provider would be late. */
@Injectable()
export class SynchronousLane {
  readonly #reported = new Set<string>();

  constructor(
    private readonly batches: Batches,
    private readonly forecasts: DeadlineForecasts,
    private readonly turnarounds: Turnarounds,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** A batch that was begun synchronously goes on so. Another one waits for the provider as long as one of ten may be in time. */
  async choose(batch: Batch, run: Run | null): Promise<LaneChoice> {
    if (batch.synchronous != null) return { lane: 'synchronous', until: null };
    const forecast = await this.forecasts.of(run);
    if (forecast === null || run === null) return { lane: 'batch', until: null };
    const now = this.clock.now();
    this.#report(run, forecast, lateMs(forecast, now));
    const overtakeAt = forecast.overtakeAt.get(batch._id) ?? forecast.deadlineAt;
    const { account } = this.provider;
    const turnaround = await this.turnarounds.turnaroundOf(account, batch.model, batch.url);
    const quickMs = 1000 * (turnaround.quantile(quickShare) ?? usualQuickSeconds);
    const until = new Date(overtakeAt.getTime() - quickMs);
    return now >= until ? { lane: 'synchronous', until: null } : { lane: 'batch', until };
  }

  /** Says what it will cost more, before the first call. */
  async begin(batch: Batch): Promise<LaneState> {
    const answers = await this.#answerTokens(batch);
    const announcedNanoUsd = this.#extraNanoUsd(batch, answers);
    this.log.info(
      'the requests of a batch are sent synchronously, because the provider would miss the deadline of the run',
      {
        batchId: batch._id,
        runId: batch.runId,
        requests: batch.requests,
        extraUsd: announcedNanoUsd === null ? null : usdOf(announcedNanoUsd),
      },
    );
    const startedAt = this.clock.now();
    return { startedAt, announcedNanoUsd, parts: [], offset: 0, sendingTo: null, unclear: 0 };
  }

  /** True when there is so much time that calls may go to the cheaper tier, which takes longer. */
  async maySpare(run: Run | null): Promise<boolean> {
    const forecast = await this.forecasts.of(run);
    if (forecast === null) return false;
    const leftMs = forecast.deadlineAt.getTime() - this.clock.now().getTime();
    return leftMs > spareTimes * forecast.synchronousMs + spareMs;
  }

  /** The tokens of an answer of this model in the run so far, on average; null: there is none. */
  async #answerTokens({ runId, model }: Batch): Promise<number | null> {
    const sums = { answers: 0, tokens: 0 };
    for await (const { ingestion, model: answering } of this.batches.ofRun(runId)) {
      if (answering !== model) continue;
      sums.answers += boughtAnswersOf(ingestion);
      sums.tokens += ingestion.tokens.output;
    }
    return sums.answers === 0 ? null : sums.tokens / sums.answers;
  }

  /**
   * By how much more the answers cost than in a batch, in nano-dollars; null: not known. The length of answers is that of the run's
   * answers so far, else the most.
   */
  #extraNanoUsd({ model, baseModel, requests, inputTokens, worst }: Batch, answerTokens: number | null): number | null {
    const outputTokens =
      answerTokens === null ? (worst?.outputTokens ?? 0) : Math.min(worst?.outputTokens ?? 0, requests * answerTokens);
    const longestInput = worst?.longestInput ?? 0;
    const usage = { inputTokens, outputTokens: Math.round(outputTokens), longestInput };
    const named = { model, ...(baseModel !== undefined && { baseModel }) };
    const now = this.clock.now();
    const { prices } = this.settings;
    const standard = prices.costOf(named, usage, now, 'standard');
    const batch = prices.costOf(named, usage, now, 'batch');
    return standard === null || batch === null ? null : standard - batch;
  }

  /** Said once per process, as soon as it is known. */
  #report({ _id: runId }: Run, { deadlineAt, slowest }: DeadlineForecast, late: number): void {
    if (late === 0 || this.#reported.has(runId)) return;
    this.#reported.add(runId);
    this.log.warn(
      'the deadline of a run cannot be met even at the synchronous endpoints; a higher rate limit or fewer documents would help',
      {
        runId,
        deadline: deadlineAt.toISOString(),
        lateByMs: late,
        model: slowest?.model ?? null,
        requestsPerMinute: slowest?.perMinute.requests ?? null,
        tokensPerMinute: slowest?.perMinute.tokens ?? null,
      },
    );
  }
}
