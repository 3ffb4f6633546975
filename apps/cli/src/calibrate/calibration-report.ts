import type { Durations } from '@batchmill/records';
import type { CalibratedKind } from './calibrate-batches.js';
import type { NamedLimit } from './named-limits.js';

/** What `batchmill calibrate --json` prints. */
export interface CalibrationReport {
  /** Times in ISO 8601. */
  readonly since: string;
  readonly batches: number;
  readonly kinds: readonly KindReport[];
  readonly limits: readonly LimitReport[];
}

/** The batches of one model and endpoint. Durations in seconds, by the provider's clock; null: none is known. */
export interface KindReport {
  /** Null: the provider does not name it, and nothing is kept. */
  readonly model: string | null;
  readonly endpoint: string;
  readonly batches: number;
  readonly completed: number;
  readonly expired: number;
  readonly failed: number;
  readonly cancelled: number;
  /** From creation to end, of those that were completed or expired. */
  readonly turnaround: Percentiles;
  /** From creation until its requests began. */
  readonly toStart: Percentiles;
  readonly requestsPerHour: number | null;
}

export interface Percentiles extends Readonly<Record<keyof typeof shares, number | null>> {
  readonly count: number;
}

export interface LimitReport {
  readonly model: string;
  readonly limited: NamedLimit['limited'];
  readonly value: number;
  readonly namedAt: string;
  /** False: this state had learned one itself within a day, which is kept. */
  readonly learned: boolean;
}

/** The shares of the percentiles that are shown. */
export const shares = { p10: 0.1, p25: 0.25, p50: 0.5, p75: 0.75, p90: 0.9, p99: 0.99, max: 1 } as const;

export function kindReport({ model, url, turnaround, calibration }: CalibratedKind): KindReport {
  const { batches, completed, expired, failed, cancelled, requestsPerHour } = calibration;
  return {
    ...{ model, endpoint: url, batches, completed, expired, failed, cancelled },
    turnaround: percentilesOf(turnaround),
    toStart: percentilesOf(turnaround.toStart),
    requestsPerHour,
  };
}

function percentilesOf(durations: Durations): Percentiles {
  const of = (share: number): number | null => durations.quantile(share);
  return {
    count: durations.count,
    p10: of(shares.p10),
    p25: of(shares.p25),
    p50: of(shares.p50),
    p75: of(shares.p75),
    p90: of(shares.p90),
    p99: of(shares.p99),
    max: of(shares.max),
  };
}
