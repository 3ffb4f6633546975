/** How many documents the trial of a large run has: its first claim. Null: it has none. */
export function trialOf({
  batchSize,
  trialDocuments,
  limit,
}: {
  /** Documents per claim. */
  readonly batchSize: number;
  /** By the settings; 0: none. */
  readonly trialDocuments: number;
  /** The most documents of the run. */
  readonly limit?: number | undefined;
}): number | null {
  const isLimited = limit !== undefined && limit <= batchSize;
  return isLimited || trialDocuments === 0 || trialDocuments >= batchSize ? null : trialDocuments;
}

/** True for a run that begins with its trial, by the documents found; one more than a claim holds tells. */
export function isLarge(found: number, batchSize: number): boolean {
  return found > batchSize;
}
