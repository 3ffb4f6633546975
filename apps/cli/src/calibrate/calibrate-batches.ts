import { withoutDate } from '@batchmill/models';
import { isSettled, type ProviderBatch } from '@batchmill/provider';
import { turnaroundFrom, turnaroundSampleOf, type Calibration, type Turnaround } from '@batchmill/records';
import { busyHours } from './busy-hours.js';

/** A listed batch, with the model that its requests name: from our record if it is ours, else as the provider names it. */
export interface ListedBatch {
  readonly batch: ProviderBatch;
  /** Null: neither names it. */
  readonly model: string | null;
}

/** The batches of one model and endpoint. */
export interface CalibratedKind {
  readonly model: string | null;
  readonly url: string;
  readonly batches: readonly ProviderBatch[];
  readonly turnaround: Turnaround;
  readonly calibration: Calibration;
}

/** The batches by model and endpoint, those with the most first. */
export function calibrateBatches(listed: readonly ListedBatch[], at: Date): CalibratedKind[] {
  const kinds = Map.groupBy(listed, ({ batch, model }) =>
    JSON.stringify([model && withoutDate(model), batch.endpoint]),
  );
  return [...kinds.values()]
    .map((ofKind) => calibrateKind(ofKind, at))
    .toSorted((a, b) => b.batches.length - a.batches.length);
}

function calibrateKind(listed: readonly ListedBatch[], at: Date): CalibratedKind {
  const batches = listed.map(({ batch }) => batch);
  const { model = null, batch } = listed[0] ?? {};
  const of = (state: ProviderBatch['state']): number => batches.filter((each) => each.state === state).length;
  return {
    model: model && withoutDate(model),
    url: batch?.endpoint ?? '',
    batches,
    turnaround: turnaroundFrom(batches.flatMap((each) => turnaroundSampleOf(each) ?? [])),
    calibration: {
      at,
      batches: batches.length,
      completed: of('completed'),
      expired: of('expired'),
      failed: of('failed'),
      cancelled: of('cancelled'),
      requestsPerHour: requestsPerHour(batches),
    },
  };
}

/** Null: nothing was answered, or the provider names no times. */
function requestsPerHour(batches: readonly ProviderBatch[]): number | null {
  const answered = batches.filter((batch) => isSettled(batch) && batch.counts.completed > 0);
  const stays = answered.flatMap(({ createdAt, endedAt }) => (endedAt === null ? [] : [{ createdAt, endedAt }]));
  const hours = busyHours(stays);
  const requests = answered.reduce((sum, { counts }) => sum + counts.completed, 0);
  return hours === 0 ? null : Math.round(requests / hours);
}
