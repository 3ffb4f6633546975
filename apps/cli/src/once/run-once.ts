import { isBatchmillError, type Redo } from '@batchmill/contracts';
import { countClaimable, hasEnded, runPipeline, type PipelineResult } from '@batchmill/service';
import { parse } from 'node:path';
import { openProgressDisplay } from '../progress/open-progress-display.js';
import { abortOnSignals } from '../signals.js';
import { fileLog } from '../with-engine.js';
import { onceName } from './asked.js';
import { onHome, type OnceJob } from './once-job.js';

export interface OnceRuns {
  readonly results: readonly PipelineResult[];
  /** True: the user stopped the command before the last one ended. */
  readonly isStopped: boolean;
}

interface RunToMake {
  readonly runId: string;
  readonly redo: Redo | undefined;
  readonly isNew: boolean;
}

/**
 * Continues a run that an earlier command left, and then makes one for the documents that are left. The stages run in this process,
 * and the progress is on standard error. A run that is parked or held is the last one.
 */
export async function runOnce(job: OnceJob): Promise<OnceRuns> {
  const { asked, settings, flags } = job;
  const display = openProgressDisplay(process.stderr);
  const signal = abortOnSignals((text) => display.print(text));
  const log = fileLog(settings);
  const results: PipelineResult[] = [];
  for (let run = await nextRun(job, results); run !== null;) {
    const { runId, redo, isNew } = run;
    try {
      const result = await runPipeline({
        pipeline: asked.definition,
        runId,
        ...(redo === undefined ? {} : { redo }),
        ...(flags.maxUsd === undefined ? {} : { maxUsd: flags.maxUsd }),
        predicts: true,
        settings,
        log,
        signal,
        onWaiting: (waiting) => display.wait(waiting),
        onProgress: (report) => {
          if (!hasEnded(report)) display.show(report);
        },
      }).finally(() => display.end());
      if (signal.aborted && !hasEnded(result)) return { results, isStopped: true };
      results.push(result);
      const isLast = isNew || result.status === 'parked' || result.status === 'held';
      run = isLast ? null : await nextRun(job, results);
    } catch (error) {
      const isStopped = signal.aborted && isBatchmillError(error) && error.code === 'run.unknown';
      if (!isStopped) throw error;
      return { results, isStopped };
    }
  }
  return { results, isStopped: false };
}

/** Null: nothing is left. */
async function nextRun(job: OnceJob, made: readonly PipelineResult[]): Promise<RunToMake | null> {
  const isRedone = made.some(({ request }) => request?.redo === job.flags.redo);
  const redo = isRedone ? undefined : job.flags.redo;
  return onHome(job, async (engine) => {
    for await (const { _id, request } of engine.runs.activeOf(onceName)) {
      if (made.some(({ runId }) => runId === _id)) continue;
      return { runId: _id, redo: request?.redo, isNew: false };
    }
    const claimableCount = await countClaimable(engine, onceName, redo === undefined ? {} : { redo });
    if (claimableCount === 0) return null;
    const earlier = await Array.fromAsync(engine.runs.latest(Infinity, onceName));
    const home = parse(job.settings.installation.home).base;
    return { runId: `${onceName}-${home}-${earlier.length + 1}`, redo, isNew: true };
  });
}
