import { RandomIds, SystemClock } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import {
  estimatePipeline,
  hasEnded,
  isEngineRunning,
  newRunId,
  requestRun,
  runPipeline,
  type Engine,
} from '@batchmill/service';
import { Command } from 'commander';
import { confirm } from '../confirm.js';
import { whyNothingPending } from '../documents/why-nothing-pending.js';
import { estimateText } from '../estimate/estimate-text.js';
import { exitCodeOf, exitCodes } from '../exit-codes.js';
import { openProgressDisplay } from '../progress/open-progress-display.js';
import {
  parseDeadline,
  parseLabel,
  parseRunId,
  parseUsd,
  runOptionsFrom,
  withRunFlags,
  type RunFlags,
} from '../run-options.js';
import { formatPath } from '../show/format.js';
import { notAcceptedText } from '../show/not-accepted-text.js';
import { printJson } from '../show/output.js';
import { runJson, runSummary } from '../show/run-summary.js';
import { statePlace } from '../show/state-place.js';
import { abortOnSignals } from '../signals.js';
import { fileLog, logFileIn, settingsHere, withEngine } from '../with-engine.js';

interface Flags extends RunFlags {
  readonly runId?: string;
  readonly maxUsd?: number;
  readonly deadline?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly wait?: true;
  readonly yes?: true;
  readonly json?: true;
}

export function runCommand(): Command {
  const command = new Command('run').argument(
    '<pipeline>',
    'its name, as in: batchmill run package-docs --endpoint embeddings --limit 100',
  );
  return withRunFlags(command)
    .option('--run-id <id>', 'a name for the run; the name of an unfinished run continues it', parseRunId)
    .option('--max-usd <dollars>', 'spend no more than this; what does not fit in is left pending', parseUsd)
    .option(
      '--deadline <time>',
      'be done by then, as in 20m or 2h: what the batches would miss is sent synchronously, at the full price',
      parseDeadline,
    )
    .option('--label <key=value...>', 'a label of its costs, as in team=search; see batchmill costs', parseLabel)
    .option('--wait', 'follow the run until it ends when another process does the work')
    .option('--yes', 'with --redo all: do not ask for confirmation')
    .option('--json', 'print the result as JSON')
    .action(run);
}

async function run(pipeline: string, flags: Flags): Promise<void> {
  const settings = settingsHere();
  const runId = flags.runId ?? newRunId(new SystemClock(), new RandomIds());
  if (flags.redo !== undefined) await confirmRedo(pipeline, runId, flags);
  if (isEngineRunning(settings) && flags.wait !== true) {
    const isAccepted = await withEngine(async (engine) => {
      const request = new RunRequested({ ...runOptionsFrom(flags), ...spendingFrom(flags), pipeline, runId });
      await requestRun(engine, request, { predicts: true });
      return wasAccepted(engine, runId);
    });
    const followed = `follow it with: batchmill progress ${runId}`;
    if (flags.json) printJson({ runId, isAccepted });
    else if (isAccepted)
      process.stdout.write(
        `asked the running process for run ${runId}; ${followed}. With --wait the run continues here if that process ends first\n`,
      );
    else
      process.stdout.write(
        `run ${runId} is recorded, and no chunk-scanner has taken it in ${acceptedWithinMs / 1000} s: does one run? Start it with: batchmill serve chunk-scanner; ${followed}\n`,
      );
    return;
  }
  const place = statePlace(settings);
  const messages = flags.json ? process.stderr : process.stdout;
  const display = openProgressDisplay(messages);
  const stopping = abortOnSignals((text) => display.print(text));
  const work = { isElsewhere: false };
  const startedAt = new Date();
  const result = await runPipeline({
    ...runOptionsFrom(flags),
    ...spendingFrom(flags),
    pipeline,
    runId,
    predicts: true,
    settings,
    log: fileLog(settings),
    signal: stopping,
    onWork: (where) => {
      display.end();
      messages.write(workText(runId, where, place, work.isElsewhere));
      work.isElsewhere = where === 'elsewhere';
    },
    onWaiting: (waiting) => display.wait(waiting),
    onProgress: (report) => {
      if (!hasEnded(report)) display.show(report);
    },
  }).finally(() => display.end());
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ ...runJson(result), ...(result.notAccepted.length > 0 && { notAccepted: result.notAccepted }) })}\n`
      : `${runSummary(result)}state     ${place}\n`,
  );
  messages.write(notAcceptedText(result.notAccepted));
  if (result.finishedAt !== null && new Date(result.finishedAt) < startedAt) {
    messages.write(`this run had already ended: nothing was done. Start a new run with another --run-id or none\n`);
  }
  if (result.status === 'parked')
    messages.write(
      `the rest of the run is parked: see batchmill parked list and ${formatPath(logFileIn(settings.installation.home))}\n`,
    );
  if (result.status === 'held') {
    messages.write(`the rest of the run is held: see batchmill batch list --run ${runId}\n`);
  }
  if (!stopping.aborted || hasEnded(result)) {
    process.exitCode = exitCodeOf(result);
    if (result.status === 'finished' && result.total === 0) await explainNothing(pipeline, flags, messages);
    return;
  }
  process.stderr.write(
    work.isElsewhere
      ? `stopped following; the run continues in the other process. Follow it with: batchmill progress ${runId}\n`
      : `stopped; nothing is lost. Continue it with: batchmill run ${pipeline} --run-id ${runId}\n`,
  );
  process.exitCode = exitCodes.stopped;
}

function spendingFrom({ maxUsd, deadline, label }: Flags): {
  maxUsd?: number;
  deadline?: string;
  labels?: Record<string, string>;
} {
  return {
    ...(deadline !== undefined && { deadline }),
    ...(maxUsd !== undefined && { maxUsd }),
    ...(label !== undefined && { labels: { ...label } }),
  };
}

const acceptedWithinMs = 15_000;

/** Waits until a stage has taken the run. False: none did in time. */
async function wasAccepted({ runs, clock }: Engine, runId: string): Promise<boolean> {
  const until = clock.now().getTime() + acceptedWithinMs;
  for (;;) {
    const run = await runs.get(runId);
    if (run !== null && run.state !== 'requested' && run.state !== 'awaited') return true;
    if (clock.now().getTime() >= until) return false;
    await clock.sleep(100);
  }
}

/** Exits with 3 when documents failed in earlier runs, since a person must act. */
async function explainNothing(pipeline: string, flags: Flags, messages: NodeJS.WritableStream): Promise<void> {
  const { reason, failed } = await withEngine((engine) => whyNothingPending(engine, pipeline, runOptionsFrom(flags)));
  messages.write(`${reason}\n`);
  if (failed > 0) process.exitCode = exitCodes.someFailed;
}

/** Prints what a redo costs. Asks for confirmation before all documents are paid for again. */
async function confirmRedo(pipeline: string, runId: string, flags: Flags): Promise<void> {
  const estimate = await withEngine(async (engine) => {
    const isKnown = (await engine.runs.get(runId)) !== null;
    return isKnown ? null : estimatePipeline(engine, pipeline, runOptionsFrom(flags));
  });
  if (estimate === null) return;
  const messages = flags.json ? process.stderr : process.stdout;
  messages.write(estimateText(estimate));
  if (flags.redo !== 'all' || flags.yes === true || estimate.claimableCount === 0) return;
  await confirm('--redo all', 'process all of them again?', { from: process.stdin, to: messages });
}

function workText(runId: string, where: 'here' | 'elsewhere', place: string, wasElsewhere: boolean): string {
  if (where === 'elsewhere') return `run ${runId}: another process works on ${place}; following it\n`;
  return wasElsewhere
    ? `run ${runId}: the other process has ended; continuing in this process, on ${place}\n`
    : `run ${runId}: working in this process, on ${place}\n`;
}
