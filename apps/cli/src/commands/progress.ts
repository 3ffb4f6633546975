import {
  awaitRun,
  followOtherEngine,
  hasEnded,
  isEngineRunning,
  notAcceptedOf,
  type RunReport,
} from '@batchmill/service';
import { Command } from 'commander';
import { exitCodeOf } from '../exit-codes.js';
import { JsonDisplay } from '../progress/json-display.js';
import { openProgressDisplay } from '../progress/open-progress-display.js';
import { notAcceptedText } from '../show/not-accepted-text.js';
import { messagesBeside, printJson } from '../show/output.js';
import { runJson, runSummary } from '../show/run-summary.js';
import { settingsHere, withRecords } from '../with-engine.js';
import { runOf } from './runs.js';

interface Flags {
  readonly json?: true;
}

export function progressCommand(): Command {
  return new Command('progress')
    .argument('[run]')
    .option('--json', 'as JSON: a line for each change, and one at the end')
    .action(progress);
}

async function progress(id: string | undefined, { json }: Flags): Promise<void> {
  const settings = settingsHere();
  const messages = messagesBeside(json);
  await withRecords(async (engine) => {
    const [newest] = await Array.fromAsync(engine.runs.latest(1));
    if (id === undefined && newest === undefined) {
      messages.write('no runs yet; start one with: batchmill run PIPELINE\n');
      return;
    }
    const run = await runOf(engine, id ?? newest?._id ?? '');
    const display = json ? new JsonDisplay(printJson) : openProgressDisplay(process.stdout);
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
    if (json) printJson(runJson(report));
    else process.stdout.write(runSummary(report));
    messages.write(notAcceptedText(await notAcceptedOf(engine, run._id)));
    if (!hasEnded(report) && !stop.signal.aborted) messages.write(whoGoesOn(report));
    process.exitCode = exitCodeOf(report);
  });
}

function whoGoesOn({ runId, pipeline }: RunReport): string {
  return `no process is working on it; continue it with: batchmill run ${pipeline ?? 'PIPELINE'} --run-id ${runId}\n`;
}
