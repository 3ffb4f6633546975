import { limitedModelIn, refusalOf } from '@batchmill/provider';
import type { ListedBatch } from './calibrate-batches.js';

/** A limit of the provider's queue, as the error of a failed batch named it. */
export interface NamedLimit {
  readonly model: string;
  readonly limited: 'tokens' | 'requests';
  readonly value: number;
  readonly namedAt: Date;
}

/** The limits that failed batches name: of each model and unit the one that was named last. */
export function namedLimitsIn(listed: readonly ListedBatch[]): NamedLimit[] {
  const limits = listed.flatMap(limitsOf).toSorted((a, b) => b.namedAt.getTime() - a.namedAt.getTime());
  const latest = Map.groupBy(limits, ({ model, limited }) => JSON.stringify([model, limited]));
  return [...latest.values()].flatMap(([last]) => last ?? []);
}

function limitsOf({ batch, model: known }: ListedBatch): NamedLimit[] {
  return batch.errors.flatMap(({ code, message }) => {
    const refusal = refusalOf({ status: null, code, message });
    const model = known ?? limitedModelIn(message);
    if (refusal.about !== 'queue' || refusal.unit === null || refusal.limit === null || model === null) return [];
    const namedAt = batch.endedAt ?? batch.createdAt;
    return [{ model, limited: refusal.unit, value: refusal.limit, namedAt }];
  });
}
