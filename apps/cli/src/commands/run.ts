import { RandomIds, RunRequested, SystemClock } from '@batchmill/contracts';
import { requestRun, hasEnded, isEngineRunning, newRunId, runPipeline } from '@batchmill/service';
import { Command } from 'commander';
import { estimateAsked } from '../estimate/estimate-asked.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';
import { expectYes } from '../expect-yes.js';
import { askedBy, runIdFrom, withRunFlags, type RunFlags } from '../run-options.js';
import { estimateText } from '../show/estimate-text.js';
import { pausedNote } from '../show/paused-note.js';
import { progressDisplay } from '../show/progress-display.js';
import { pathHere } from '../show/path-here.js';
import { runJson, runSummary } from '../show/run-summary.js';
import { stopSignal } from '../stop-signal.js';
import { logFileIn, logIn, settingsHere, withLine } from '../with-engine.js';

interface Flags extends RunFlags {
  readonly runId?: string;
  readonly wait?: true;
  readonly yes?: true;
  readonly json?: true;
}

export function runCommand(): Command {
  const command = new Command('run')
    .description('run a pipeline')
    .argument('<pipeline>', 'its name: batchmill run package-docs --endpoint embeddings --limit 100');
  return withRunFlags(command)
    .option('--run-id <id>', 'a name for the run; asking for it again goes on with it', runIdFrom)
    .option('--wait', 'stay until it has ended, when another process does the work')
    .option('--yes', 'do everything again without asking: for --redo all')
    .option('--json', 'print the result as JSON')
    .action(run);
}

async function run(pipeline: string, flags: Flags): Promise<void> {
  const settings = settingsHere();
  const runId = flags.runId ?? newRunId(new SystemClock(), new RandomIds());
  if (flags.redo !== undefined) await tellWhatAgain(pipeline, runId, flags);
  if (isEngineRunning(settings) && flags.wait !== true) {
    await withLine((engine) => requestRun(engine, new RunRequested({ ...askedBy(flags), pipeline, runId })));
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ runId })}\n`
        : `asked the process at work for run ${runId}; batchmill progress ${runId} follows it. Should that process end before it, --wait goes on with it here\n`,
    );
    return;
  }
  const home = pathHere(settings.installation.home);
  const said = flags.json ? process.stderr : process.stdout;
  const display = progressDisplay(said);
  const note = pausedNote((text) => display.say(text));
  const stopping = stopSignal((text) => display.say(text));
  const work = { isElsewhere: false };
  const askedAt = new Date();
  const result = await runPipeline({
    ...askedBy(flags),
    pipeline,
    runId,
    settings,
    log: logIn(settings),
    signal: stopping,
    onWork: (where) => {
      display.end();
      said.write(workText(runId, where, home, work.isElsewhere));
      work.isElsewhere = where === 'elsewhere';
    },
    onProgress: (report) => {
      if (hasEnded(report)) return;
      note(report);
      display.show(report);
    },
  }).finally(() => display.end());
  process.stdout.write(
    flags.json ? `${JSON.stringify(runJson(result))}\n` : `${runSummary(result)}data      ${home}\n`,
  );
  if (result.finishedAt !== null && new Date(result.finishedAt) < askedAt) {
    said.write(`it had ended before: nothing was done. Another --run-id, or none, does it again\n`);
  }
  if (result.status === 'stuck')
    said.write(`stuck: batchmill parked list shows what stands still; ${logFileIn(home)} says more\n`);
  if (!stopping.aborted || hasEnded(result)) {
    process.exitCode = exitCodeOf(result);
    return;
  }
  process.stderr.write(
    work.isElsewhere
      ? `not waiting any more; the run goes on in the other process: batchmill progress ${runId}\n`
      : `stopped; nothing is lost. It goes on with: batchmill run ${pipeline} --run-id ${runId}\n`,
  );
  process.exitCode = exitCodes.stopped;
}

/** What was paid once is paid again: what it costs is said before, and asked for where it is everything. */
async function tellWhatAgain(pipeline: string, runId: string, flags: Flags): Promise<void> {
  const estimate = await withLine(async (engine) => {
    const goesOn = (await engine.runs.get(runId)) !== null;
    return goesOn ? null : estimateAsked(engine, pipeline, askedBy(flags));
  });
  if (estimate === null) return;
  const said = flags.json ? process.stderr : process.stdout;
  said.write(estimateText(estimate));
  if (flags.redo !== 'all' || flags.yes === true || estimate.found === 0) return;
  await expectYes('--redo all', 'do them again?', { from: process.stdin, to: said });
}

function workText(runId: string, where: 'here' | 'elsewhere', home: string, wasElsewhere: boolean): string {
  if (where === 'elsewhere') return `run ${runId}: another process is at work on ${home}; following it\n`;
  const why = wasElsewhere ? 'the other process has ended; it goes on' : 'working';
  return `run ${runId}: ${why} in this process, on ${home}\n`;
}
