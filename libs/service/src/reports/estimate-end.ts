/** When a run ends, at the pace of so many batches that have ended. */
export interface EstimatedEnd {
  readonly at: string;
  readonly batches: number;
}

/** A batch that is ingested. Milliseconds by our clock. */
export interface EndedBatch {
  readonly submittedMs: number;
  readonly endedMs: number;
  readonly requests: number;
}

interface Left {
  readonly now: number;
  readonly requestsLeft: number;
  /** When the last batch at the provider was submitted; -Infinity: there is none. */
  readonly lastSubmittedMs: number;
  /** When the last of the rest can be submitted; -Infinity: there is none. */
  readonly nextSubmissionMs: number;
}

/** With fewer a pace would be a guess. The first one only tells when the pace began: it may be a trial. */
const leastEnded = 3;

/**
 * The later of two times: that at which the rest would have ended at the pace so far, and that at which the last batch would
 * have, if it took as long as half of the others did. Null: too few batches have ended, or nothing is left.
 */
export function estimateEnd(ended: readonly EndedBatch[], left: Left): EstimatedEnd | null {
  if (ended.length < leastEnded || left.requestsLeft === 0) return null;
  const [first, ...others] = ended.toSorted((a, b) => a.endedMs - b.endedMs);
  const elapsedMs = left.now - (first?.endedMs ?? left.now);
  const requests = others.reduce((sum, each) => sum + each.requests, 0);
  if (elapsedMs <= 0 || requests === 0) return null;
  const byPaceMs = left.now + (left.requestsLeft * elapsedMs) / requests;
  const lastBeginsMs = Math.max(left.lastSubmittedMs, left.nextSubmissionMs);
  const at = Math.max(byPaceMs, lastBeginsMs + medianTurnaroundMs(ended));
  return { at: new Date(at).toISOString(), batches: ended.length };
}

function medianTurnaroundMs(ended: readonly EndedBatch[]): number {
  const sorted = ended.map(({ submittedMs, endedMs }) => endedMs - submittedMs).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
