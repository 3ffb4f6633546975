import { isDependencyUnavailable, topicOf } from '@batchmill/contracts';
import { RunFinished, RunRejected } from '@batchmill/contracts/events';
import { endedRunStates } from '@batchmill/records';
import type { Engine } from '../engine.js';
import { reportRun, type RunReport } from '../reports/run-report.js';
import { waitingFor, type Waiting } from '../reports/waiting.js';
import { Standstill } from './standstill.js';

export interface AwaitRunOptions {
  /** Called with each report, the last one included: at each poll, or less often of a run whose report takes long. */
  readonly onProgress?: (report: RunReport) => void;
  /** Called at each poll: what the run waits for because something went wrong; null: nothing. */
  readonly onWaiting?: (waiting: Waiting | null) => void;
  /** Aborted: the run is left as it is, and the last report is returned. */
  readonly signal?: AbortSignal;
  /** Called at each poll. When it returns false, the last report is returned. */
  readonly isWorkedOn?: () => boolean;
  readonly everyMs?: number;
}

/** A report reads every batch of the run. It takes a twentieth of the time at most, since the same process may do the work. */
const restPerReport = 19;

/**
 * Polls a run until it has ended, is parked or held, or the options end the wait. Waits while the store is unavailable. Null: the run
 * was never found. Rejects with the reason when this process cannot go on, as when the state was replaced.
 */
export async function awaitRun(
  engine: Engine,
  runId: string,
  options: AwaitRunOptions = {},
): Promise<RunReport | null> {
  const { onProgress, onWaiting, signal, isWorkedOn, everyMs = 250 } = options;
  let last: RunReport | null = null;
  let outageSince: string | null = null;
  // Where this process does the work, its own readiness tells.
  const standstill = isWorkedOn === undefined ? null : new Standstill(engine);
  let stands: Waiting | null = null;
  let reportAtMs = 0;
  for (;;) {
    const isLast = signal?.aborted === true || isWorkedOn?.() === false;
    engine.readiness.throwIfFatal();
    try {
      const run = await engine.runs.get(runId);
      const startedMs = engine.clock.now().getTime();
      const isDue =
        isLast ||
        startedMs >= reportAtMs ||
        run?.parked === true ||
        (run !== null && endedRunStates.includes(run.state));
      if (run !== null && isDue) {
        last = await reportRun(engine, run);
        const endedMs = engine.clock.now().getTime();
        reportAtMs = endedMs + (endedMs - startedMs) * restPerReport;
        stands = standstill === null ? null : await standstill.look(last);
      }
      outageSince = null;
      onWaiting?.(run === null ? waitingFor(engine.readiness) : (last?.waiting ?? stands));
      if (isDue && run !== null && last !== null) {
        onProgress?.(last);
        if (hasEnded(last)) return last;
      }
    } catch (error) {
      // The stages wait for the store as well, and go on when it answers again.
      if (!isDependencyUnavailable(error)) throw error;
      outageSince ??= engine.clock.now().toISOString();
      onWaiting?.({ since: outageSince, message: error.message });
    }
    if (isLast) return last;
    await engine.clock.sleep(everyMs, signal);
  }
}

/** Whether a run changes no more by itself. A held one waits for another key, which a process reads at its start. */
export function hasEnded({ status }: RunReport): boolean {
  return status === 'parked' || status === 'held' || endedRunStates.includes(status);
}

const pollMs = 100;
const endEvents = [RunFinished, RunRejected].map(topicOf);

export interface AwaitNotificationsOptions {
  /** When this process began to work. */
  readonly since: Date;
  /** No longer than that. Default: than a shutdown may take. */
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

/** Waits until each notification of an ended run was attempted once, so that the process may exit. */
export async function awaitNotifications(
  engine: Engine,
  run: RunReport,
  { since, withinMs = engine.work.shutdownMs, signal }: AwaitNotificationsOptions,
): Promise<void> {
  if (!hasEnded(run)) return;
  const { clock } = engine;
  const until = clock.now().getTime() + withinMs;
  while (signal?.aborted !== true && clock.now().getTime() < until) {
    if (await wereAttempted(engine, run, since)) return;
    await clock.sleep(pollMs, signal);
  }
}

async function wereAttempted(
  { notifications }: Engine,
  { runId, finishedAt }: RunReport,
  since: Date,
): Promise<boolean> {
  const endedBefore = finishedAt === null || new Date(finishedAt) < since;
  // Of the notifications of one event, that of the log is inserted last.
  if (!endedBefore && !(await notifications.isRecorded(runId, endEvents, 'log'))) return false;
  return (await notifications.countUntried(runId)) === 0;
}
