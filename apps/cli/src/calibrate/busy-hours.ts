/** A batch at the provider, by its clock. */
export interface Stay {
  readonly createdAt: Date;
  readonly endedAt: Date;
}

/** The hours in which at least one of the batches was at the provider. */
export function busyHours(stays: readonly Stay[]): number {
  let busyMs = 0;
  let coveredUntil = -Infinity;
  for (const { createdAt, endedAt } of stays.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())) {
    const from = Math.max(createdAt.getTime(), coveredUntil);
    busyMs += Math.max(0, endedAt.getTime() - from);
    coveredUntil = Math.max(coveredUntil, endedAt.getTime());
  }
  return busyMs / 3_600_000;
}
