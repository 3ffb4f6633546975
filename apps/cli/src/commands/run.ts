import { RandomIds, RunRequested } from '@batchmill/contracts';
import { isAtWork, publishEvent, runPipeline, type PipelineResult } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodeOf, exitCodes } from '../exit-codes.js';
import { askedBy, withRunFlags, type RunFlags } from '../run-options.js';
import { ProgressDisplay } from '../show/progress-display.js';
import { runJson, runSummary } from '../show/run-summary.js';
import { logFileIn, logIn, settingsHere, withLine } from '../with-line.js';

interface Flags extends RunFlags {
  readonly runId?: string;
  readonly wait?: true;
  readonly json?: true;
}

export function runCommand(): Command {
  const command = new Command('run')
    .description('run a pipeline')
    .argument('<pipeline>', 'its name: batchmill run package-docs --endpoint embeddings --limit 100');
  return withRunFlags(command)
    .option('--run-id <id>', 'a name for the run; asking for it again goes on with it')
    .option('--wait', 'stay until it has ended, when another process does the work')
    .option('--json', 'print the result as JSON')
    .action(run);
}

async function run(pipeline: string, flags: Flags): Promise<void> {
  const settings = settingsHere();
  const runId = flags.runId ?? new RandomIds().next();
  const isElsewhere = isAtWork(settings);
  if (isElsewhere && flags.wait !== true) {
    await withLine((line) => publishEvent(line, new RunRequested({ ...askedBy(flags), pipeline, runId })));
    process.stdout.write(
      flags.json ? `${JSON.stringify({ runId })}\n` : `asked for run ${runId}; batchmill progress ${runId}\n`,
    );
    return;
  }
  const { home } = settings.installation;
  const said = flags.json ? process.stderr : process.stdout;
  if (!isElsewhere) said.write(`run ${runId}: the stages work in this process, on ${home}\n`);
  const display = new ProgressDisplay(said);
  const stopping = stopSignal();
  const result = await runPipeline({
    ...askedBy(flags),
    pipeline,
    runId,
    settings,
    log: logIn(settings),
    signal: stopping,
    onProgress: (report) => display.show(report),
  }).finally(() => display.end());
  process.stdout.write(
    flags.json ? `${JSON.stringify(runJson(result))}\n` : `${runSummary(result)}data      ${home}\n`,
  );
  if (result.status === 'stuck')
    said.write(`stuck: batchmill stuck list shows what stands still; ${logFileIn(home)}\n`);
  process.exitCode = stopping.aborted && isUnfinished(result) ? sayHowToGoOn(pipeline, runId) : exitCodeOf(result);
}

/** The first Ctrl-C stops cleanly, the second at once. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) process.exit(exitCodes.stopped);
      process.stderr.write('\nstopping at the next checkpoint; once more stops at once\n');
      stopping.abort();
    });
  }
  return stopping.signal;
}

function isUnfinished({ status }: PipelineResult): boolean {
  return status === 'requested' || status === 'running' || status === 'awaited';
}

function sayHowToGoOn(pipeline: string, runId: string): number {
  process.stderr.write(`stopped; nothing is lost. It goes on with: batchmill run ${pipeline} --run-id ${runId}\n`);
  return exitCodes.stopped;
}
