import { awaitRun, hasEnded, isEngineRunning, followOtherEngine } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodeOf } from '../exit-codes.js';
import { openProgressDisplay } from '../progress/open-progress-display.js';
import { runSummary } from '../show/run-summary.js';
import { settingsHere, withRecords } from '../with-engine.js';
import { runOf } from './runs.js';

export function progressCommand(): Command {
  return new Command('progress')
    .description('follow a run until it ends; without an id the newest run')
    .argument('[run]')
    .action(progress);
}

async function progress(id: string | undefined): Promise<void> {
  const settings = settingsHere();
  await withRecords(async (engine) => {
    const [newest] = await Array.fromAsync(engine.runs.latest(1));
    if (id === undefined && newest === undefined) {
      process.stdout.write('no runs yet; start one with: batchmill run PIPELINE\n');
      return;
    }
    const run = await runOf(engine, id ?? newest?._id ?? '');
    const display = openProgressDisplay(process.stdout);
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const report = await awaitRun(engine, run._id, {
      signal: stop.signal,
      // Without a running process at the start there is nothing to wait for.
      isWorkedOn: isEngineRunning(settings) ? followOtherEngine(settings, engine.clock) : () => false,
      onWaiting: (waiting) => display.wait(waiting),
      onProgress: (latest) => {
        if (!hasEnded(latest)) display.show(latest);
      },
    }).finally(() => display.end());
    if (report === null) return;
    process.stdout.write(runSummary(report));
    if (!hasEnded(report) && !stop.signal.aborted) {
      const command = `batchmill run ${run.pipeline ?? 'PIPELINE'} --run-id ${run._id}`;
      process.stdout.write(`no process is working on it; continue it with: ${command}\n`);
    }
    process.exitCode = exitCodeOf(report);
  });
}
