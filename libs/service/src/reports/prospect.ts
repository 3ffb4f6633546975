import { describeForecast, describeWait, type RunProspect, type WaitKind } from '@batchmill/records';

/** One thing that a run waits for. Times are ISO 8601, by our clock. */
export interface WaitReport {
  /** What needs a person comes first in a list of them, and what goes on by itself last. */
  readonly for: WaitKind;
  /** In words, the most important first, as at the time of the report. */
  readonly says: readonly string[];
  /** Null: not known. */
  readonly since: string | null;
  /** When it goes on; null: not known. Of a full queue it is a forecast, half of the times before. */
  readonly until: string | null;
  /** Batches that wait for it; 0: all of the run does. */
  readonly batches: number;
  /** Of which model a queue is full, or a rate limit is reached; null: of none, or of the account. */
  readonly model: string | null;
  /** How full a queue is; null: the provider has named no limit. */
  readonly queue: { readonly held: number; readonly limit: number; readonly unit: 'tokens' | 'requests' } | null;
}

/** When a run is done. Of ten such runs one is done before `early`, five before `median`, nine before `late`. */
export interface ForecastReport {
  readonly early: string;
  readonly median: string;
  readonly late: string;
  /** How many batches that have ended it is made of. */
  readonly batches: number;
  /** In words, the most important first, as at the time of the report. */
  readonly says: readonly string[];
}

/** What a run waits for, and when it is done. */
export interface Prospect {
  readonly waits: readonly WaitReport[];
  /** Null: nothing can be said, or the run has ended. */
  readonly forecast: ForecastReport | null;
  /** Why nothing can be said; null: a forecast is there, or the run has ended. */
  readonly noForecast: string | null;
}

/** The prospect of a run that has ended. */
export const noProspect: Prospect = { waits: [], forecast: null, noForecast: null };

export function reportProspect({ waits, forecast, unknown }: RunProspect, now: Date): Prospect {
  return {
    waits: waits.map((wait) => ({
      for: wait.for,
      says: describeWait(wait, now),
      since: wait.since?.toISOString() ?? null,
      until: wait.until?.toISOString() ?? null,
      batches: wait.batches,
      model: wait.model,
      queue: wait.queue,
    })),
    forecast:
      forecast === null
        ? null
        : {
            early: forecast.early.toISOString(),
            median: forecast.median.toISOString(),
            late: forecast.late.toISOString(),
            batches: forecast.batches,
            says: describeForecast(forecast, now),
          },
    noForecast: unknown,
  };
}
