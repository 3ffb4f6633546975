import type { Batch, BatchPlan } from './batch.js';
import type { DrawnTurnaround } from './turnaround.js';

/** How a batch ends if nobody cancels it. */
export interface BatchEnd {
  readonly status: 'completed' | 'expired';
  readonly atMs: number;
  /** Lines that are processed until then. */
  readonly lines: number;
}

export function planBatch(createdMs: number, drawn: DrawnTurnaround, extraSeconds: number): BatchPlan {
  const inProgressMs = createdMs + drawn.validatingSeconds * 1000;
  const completedMs = createdMs + Math.max(drawn.seconds, drawn.validatingSeconds) * 1000 + extraSeconds * 1000;
  return { inProgressMs, finalizingMs: inProgressMs + (completedMs - inProgressMs) * 0.95, completedMs };
}

/** The same plan with at least that long for the lines. */
export function stretchPlan(plan: BatchPlan, workingSeconds: number): BatchPlan {
  const missingMs = Math.max(0, workingSeconds * 1000 - (plan.finalizingMs - plan.inProgressMs));
  return {
    inProgressMs: plan.inProgressMs,
    finalizingMs: plan.finalizingMs + missingMs,
    completedMs: plan.completedMs + missingMs,
  };
}

/** Lines processed at a given time: progress is linear. */
export function linesDueAt(atMs: number, { inProgressMs, finalizingMs }: BatchPlan, total: number): number {
  if (atMs >= finalizingMs) return total;
  return Math.max(0, Math.floor((total * (atMs - inProgressMs)) / (finalizingMs - inProgressMs)));
}

/** The plan decides the end, never the load of this machine. */
export function endOf({ plan, faults, progress, expiresMs }: Batch): BatchEnd {
  const share = (percent: number): number => Math.floor((progress.total * percent) / 100);
  if (faults.stallPercent !== undefined)
    return { status: 'expired', atMs: expiresMs, lines: share(faults.stallPercent) };
  if (faults.expirePercent !== undefined) {
    return { status: 'expired', atMs: Math.min(plan.completedMs, expiresMs), lines: share(faults.expirePercent) };
  }
  if (plan.completedMs > expiresMs && faults.neverExpires !== true) {
    return { status: 'expired', atMs: expiresMs, lines: linesDueAt(expiresMs, plan, progress.total) };
  }
  return { status: 'completed', atMs: plan.completedMs, lines: progress.total };
}

/** True while a fault keeps the batch in its state. */
export function staysAsItIs({ status, faults }: Batch): boolean {
  return faults.stays?.includes(status) ?? false;
}

/** The simulated time at which an idle batch has work again. */
export function nextMomentOf(batch: Batch): number {
  const { plan, progress } = batch;
  if (staysAsItIs(batch)) return Number.POSITIVE_INFINITY;
  switch (batch.status) {
    case 'validating':
      return plan.inProgressMs;
    case 'in_progress': {
      const end = endOf(batch);
      if (progress.done >= end.lines) return end.status === 'completed' ? plan.finalizingMs : end.atMs;
      const share = (progress.done + 1) / progress.total;
      return Math.min(end.atMs, plan.inProgressMs + share * (plan.finalizingMs - plan.inProgressMs));
    }
    case 'finalizing':
      return plan.completedMs;
    case 'cancelling':
      return batch.cancelledDueMs ?? 0;
    default:
      return Number.POSITIVE_INFINITY;
  }
}
