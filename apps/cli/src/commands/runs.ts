import { commandStages, stages } from '@batchmill/all-in-one';
import { ValidationError } from '@batchmill/contracts';
import {
  RunCancelRequested,
  RunLimitRequested,
  RunPauseRequested,
  RunResumeRequested,
} from '@batchmill/contracts/events';
import { nanoUsdOf } from '@batchmill/models';
import { endedRunStates, type Run } from '@batchmill/records';
import { reportRun, type Engine, type RunReport } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { parseCount, parseUsd } from '../run-options.js';
import { sendCommand, type CommandOutcome, type EngineCommand } from '../send-command.js';
import { formatCount, formatTime, formatUsd } from '../show/format.js';
import { printJson, sayBeside, type Say } from '../show/output.js';
import { runDetails } from '../show/run-details.js';
import { runJson, runSummary } from '../show/run-summary.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';
import { settingsHere, withRecords } from '../with-engine.js';

interface Flags {
  readonly json?: true;
}

interface ListFlags extends Flags {
  readonly limit: number;
  readonly pipeline?: string;
  readonly status?: string;
}

export function runsCommand(): Command {
  const command = new Command('runs');
  command
    .command('list')
    .description('the newest runs')
    .option('--limit <n>', 'at most this many', parseCount, 20)
    .option('--pipeline <name>', 'only runs of this pipeline')
    .option('--status <status>', 'only runs with this status, such as running, parked or finished')
    .option('--json', 'as JSON')
    .action(list);
  command.command('show').description('one run').argument('<id>').option('--json', 'as JSON').action(show);
  command
    .command('cancel')
    .description('cancel a run; answers that are paid for are kept')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(cancel);
  command
    .command('pause')
    .description('start nothing new for a run; batches at the provider are still ingested')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(pause);
  command
    .command('resume')
    .description('resume a paused run')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(resume);
  command
    .command('limit')
    .description('change how much a run may spend, while it runs')
    .argument('<id>')
    .argument('<dollars>', 'in all, with what it has spent', parseUsd)
    .option('--json', 'as JSON')
    .action(limit);
  return command;
}

const columns: readonly Column[] = [
  { title: 'RUN' },
  { title: 'PIPELINE' },
  { title: 'ENDPOINT', spare: 2 },
  { title: 'STATUS' },
  { title: 'TOTAL', right: true },
  { title: 'SUCCEEDED', right: true, spare: 3 },
  { title: 'FAILED', right: true },
  { title: 'COST', right: true, spare: 1 },
  { title: 'STARTED', spare: 4 },
];

async function list(flags: ListFlags): Promise<void> {
  const reports = await withRecords(async (engine) => {
    const found: RunReport[] = [];
    for await (const run of engine.runs.latest(Infinity, flags.pipeline)) {
      const report = await reportRun(engine, run);
      if (flags.status !== undefined && statusOf(report) !== flags.status) continue;
      found.push(report);
      if (found.length === flags.limit) break;
    }
    return found;
  });
  if (flags.json) {
    printJson(reports.map(runJson));
    return;
  }
  if (reports.length === 0) {
    const isFiltered = flags.pipeline !== undefined || flags.status !== undefined;
    process.stdout.write(isFiltered ? 'no such run\n' : 'no runs yet; start one with: batchmill run PIPELINE\n');
    return;
  }
  const rows = reports.map((report) => [
    report.runId,
    report.pipeline ?? '',
    report.endpoint ?? '',
    statusOf(report),
    formatCount(report.total),
    formatCount(report.succeeded),
    formatCount(report.failed),
    formatUsd(report.cost.usd),
    report.startedAt === null ? '' : formatTime(report.startedAt),
  ]);
  process.stdout.write(table(columns, rows, terminalColumns()));
}

/** As the list shows it. */
function statusOf({ status, pausedAt }: RunReport): string {
  return pausedAt === null ? status : 'paused';
}

async function show(id: string, flags: Flags): Promise<void> {
  const report = await reportOf(id);
  if (flags.json) printJson(runJson(report));
  else process.stdout.write(`${runSummary(report)}${runDetails(report)}`);
}

async function cancel(id: string, { json }: Flags): Promise<void> {
  const say = sayBeside(json);
  const { run, submitted } = await withRecords(async (engine) => ({
    run: await runOf(engine, id),
    submitted: await engine.batches.countOfRun(id, 'submitted'),
  }));
  if (endedRunStates.includes(run.state)) {
    say(endedText(run));
    if (json) await printOutcome(id, 'unchanged');
    return;
  }
  if (submitted > 0)
    say('batches at the provider are waited for, an hour at most; to give one up at once: batchmill batch abandon ID');
  const command: EngineCommand = {
    event: new RunCancelRequested({ runId: id }),
    stages,
    runId: id,
    // What is parked or held is retried once more: it does not keep a cancelled run from ending.
    isDone: async (engine) => {
      const { state, parked, cancelRequestedAt } = await runOf(engine, id);
      return endedRunStates.includes(state) || (parked && cancelRequestedAt !== null);
    },
  };
  const outcome = await sendCommand(settingsHere(), command, say);
  if (outcome === 'stopped') process.exitCode = exitCodes.stopped;
  if (json) await printOutcome(id, outcome);
  else if (outcome === 'requested')
    say(`asked the running process to cancel run ${id}; follow it with: batchmill progress ${id}`);
  else {
    process.stdout.write(runSummary(await reportOf(id)));
    if (outcome === 'stopped') say(`stopped; the command is recorded, finish it with: batchmill runs cancel ${id}`);
  }
}

async function pause(id: string, { json }: Flags): Promise<void> {
  const say = sayBeside(json);
  const run = await withRecords((engine) => runOf(engine, id));
  let outcome: RunOutcome = 'unchanged';
  if (endedRunStates.includes(run.state)) say(endedText(run));
  else if (run.cancelRequestedAt !== null) say(`run ${id} is being cancelled: nothing new is started for it`);
  else if (run.pausedAt !== null) say(`run ${id} is already paused, since ${formatTime(run.pausedAt)}`);
  else {
    const event = new RunPauseRequested({ runId: id });
    outcome = await recordCommand(event, async (engine) => (await runOf(engine, id)).pausedAt !== null, say);
    if (outcome === 'requested')
      say(`asked the running process to pause run ${id}; check with: batchmill runs show ${id}`);
    else if (outcome === 'done') say(`run ${id} is paused; resume it with: batchmill runs resume ${id}`);
  }
  if (json) await printOutcome(id, outcome);
}

async function resume(id: string, { json }: Flags): Promise<void> {
  const say = sayBeside(json);
  const run = await withRecords((engine) => runOf(engine, id));
  let outcome: RunOutcome = 'unchanged';
  if (endedRunStates.includes(run.state)) say(endedText(run));
  else if (run.pausedAt === null) say(`run ${id} is not paused`);
  else {
    const event = new RunResumeRequested({ runId: id });
    outcome = await recordCommand(event, async (engine) => (await runOf(engine, id)).pausedAt === null, say);
    const next = `batchmill run ${run.pipeline ?? 'PIPELINE'} --run-id ${id}`;
    if (outcome === 'requested')
      say(`asked the running process to resume run ${id}; follow it with: batchmill progress ${id}`);
    else if (outcome === 'done') say(`run ${id} is no longer paused; continue it with: ${next}`);
  }
  if (json) await printOutcome(id, outcome);
}

async function limit(id: string, maxUsd: number, { json }: Flags): Promise<void> {
  const say = sayBeside(json);
  const run = await withRecords((engine) => runOf(engine, id));
  let outcome: RunOutcome = 'unchanged';
  if (endedRunStates.includes(run.state)) say(endedText(run));
  else {
    const event = new RunLimitRequested({ runId: id, maxUsd });
    const isDone = async (engine: Engine): Promise<boolean> =>
      (await runOf(engine, id)).spendingLimits?.ofRun === nanoUsdOf(maxUsd);
    outcome = await recordCommand(event, isDone, say);
    if (outcome === 'requested')
      say(
        `asked the running process to let run ${id} spend ${formatUsd(maxUsd)}; check with: batchmill runs show ${id}`,
      );
    else if (outcome === 'done') say(`run ${id} may spend ${formatUsd(maxUsd)} in all`);
    if (run.reason !== null) say('it was stopped, so that what is left needs another run');
  }
  if (json) await printOutcome(id, outcome);
}

/** Unchanged: there was nothing to do. */
type RunOutcome = CommandOutcome | 'unchanged';

/** Only records the command: no stage works on the run. */
async function recordCommand(
  event: RunPauseRequested | RunResumeRequested | RunLimitRequested,
  isDone: EngineCommand['isDone'],
  say: Say,
): Promise<CommandOutcome> {
  const outcome = await sendCommand(settingsHere(), { event, stages: commandStages, runId: null, isDone }, say);
  if (outcome === 'stopped') process.exitCode = exitCodes.stopped;
  return outcome;
}

async function printOutcome(id: string, outcome: RunOutcome): Promise<void> {
  printJson({ outcome, run: runJson(await reportOf(id)) });
}

async function reportOf(id: string): Promise<RunReport> {
  return withRecords(async (engine) => reportRun(engine, await runOf(engine, id)));
}

function endedText({ _id, state }: Run): string {
  return `run ${_id} has already ended: ${state}`;
}

export async function runOf(engine: Engine, id: string): Promise<Run> {
  const run = await engine.runs.get(id);
  if (run !== null) return run;
  throw new ValidationError('run.unknown', `there is no run ${id}; batchmill runs list shows the newest`);
}
