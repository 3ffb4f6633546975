import { awaitRun, hasEnded, isEngineRunning, followOtherEngine } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodeOf } from '../exit-codes.js';
import { pausedNote } from '../show/paused-note.js';
import { progressDisplay } from '../show/progress-display.js';
import { runSummary } from '../show/run-summary.js';
import { settingsHere, withRecords } from '../with-engine.js';
import { runOf } from './runs.js';

export function progressCommand(): Command {
  return new Command('progress')
    .description('follow a run to its end; without an id the newest')
    .argument('[run]')
    .action(progress);
}

async function progress(id: string | undefined): Promise<void> {
  const settings = settingsHere();
  await withRecords(async (engine) => {
    const [newest] = await Array.fromAsync(engine.runs.find({}, { sort: { createdAt: -1 }, limit: 1 }));
    if (id === undefined && newest === undefined) {
      process.stdout.write('no runs yet: batchmill run PIPELINE starts one\n');
      return;
    }
    const run = await runOf(engine, id ?? newest?._id ?? '');
    const display = progressDisplay(process.stdout);
    const note = pausedNote((text) => display.say(text));
    const stop = new AbortController();
    process.once('SIGINT', () => stop.abort());
    const report = await awaitRun(engine, run._id, {
      signal: stop.signal,
      // Nobody at work from the beginning: there is nothing to wait for.
      isWorkedOn: isEngineRunning(settings) ? followOtherEngine(settings, engine.clock) : () => false,
      onProgress: (now) => {
        if (hasEnded(now)) return;
        note(now);
        display.show(now);
      },
    }).finally(() => display.end());
    if (report === null) return;
    process.stdout.write(runSummary(report));
    if (!hasEnded(report) && !stop.signal.aborted) {
      const again = `batchmill run ${run.pipeline ?? 'PIPELINE'} --run-id ${run._id}`;
      process.stdout.write(`nobody is at work on it; it goes on with: ${again}\n`);
    }
    process.exitCode = exitCodeOf(report);
  });
}
