import { RunFinished, RunRejected, topicOf } from '@batchmill/contracts';
import type { Engine } from '../engine.js';
import type { RunReport } from '../reports/run-report.js';
import { hasEnded } from './await-run.js';

const pollMs = 100;
const ends = [RunFinished, RunRejected].map(topicOf);

/**
 * Waits until each notification of a run that has ended was tried once, so that the process that worked it may end; at
 * most for as long as a stop may take. `since` is when this process began to work.
 */
export async function awaitNotifications(
  engine: Engine,
  run: RunReport,
  since: Date,
  signal?: AbortSignal,
): Promise<void> {
  if (!hasEnded(run)) return;
  const { clock, work } = engine;
  const until = clock.now().getTime() + work.shutdownMs;
  while (signal?.aborted !== true && clock.now().getTime() < until) {
    if (await isTold(engine, run, since)) return;
    await clock.sleep(pollMs, signal);
  }
}

async function isTold({ notifications }: Engine, { runId, finishedAt }: RunReport, since: Date): Promise<boolean> {
  const endedBefore = finishedAt === null || new Date(finishedAt) < since;
  // Of an event's notifications the one for the log is recorded last.
  if (!endedBefore && !(await notifications.isRecorded(runId, ends, 'log'))) return false;
  return (await notifications.countUntried(runId)) === 0;
}
