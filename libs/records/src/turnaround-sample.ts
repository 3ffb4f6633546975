import type { ProviderBatch } from '@batchmill/provider';

/** How long the provider took for one batch, by its own clock. */
export interface TurnaroundSample {
  /** The id of the provider batch. */
  readonly id: string;
  readonly endedAt: Date;
  /** From its creation to its end. */
  readonly seconds: number;
  /** From its creation until its requests began; null where the provider does not say it. */
  readonly secondsToStart: number | null;
  /** How many it had. Missing in samples of earlier versions. */
  readonly requests?: number;
  /** No less than it took by our clock. Missing: it was read from a list, or was adopted. */
  readonly ourSeconds?: number;
}

type Ended = Pick<ProviderBatch, 'id' | 'state' | 'createdAt' | 'inProgressAt' | 'endedAt' | 'counts'> &
  Pick<TurnaroundSample, 'ourSeconds'>;

/**
 * Null for a batch that tells nothing of the provider's speed: it has not ended, it failed before its requests began, we cancelled
 * it, or the provider names no times. One that expired took at least that long.
 */
export function turnaroundSampleOf({
  id,
  state,
  createdAt,
  inProgressAt,
  endedAt,
  counts,
  ourSeconds,
}: Ended): TurnaroundSample | null {
  if ((state !== 'completed' && state !== 'expired') || endedAt === null) return null;
  const seconds = secondsBetween(createdAt, endedAt);
  // A batch without a time of creation has that of its reading, which is after its end.
  if (seconds === null) return null;
  return {
    id,
    endedAt,
    seconds,
    secondsToStart: inProgressAt === null ? null : secondsBetween(createdAt, inProgressAt),
    requests: counts.total,
    ...(ourSeconds !== undefined && { ourSeconds }),
  };
}

function secondsBetween(from: Date, to: Date): number | null {
  const ms = to.getTime() - from.getTime();
  return ms < 0 ? null : ms / 1000;
}
