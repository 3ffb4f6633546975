import { commandStages, stages } from '@batchmill/all-in-one';
import { RunCancelRequested, RunPauseRequested, RunResumeRequested, ValidationError } from '@batchmill/contracts';
import { endedRunStates, type Run } from '@batchmill/records';
import { hasEnded, reportRun, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { carryOut, type Wish } from '../carry-out.js';
import { exitCodes } from '../exit-codes.js';
import { count, moment, usd } from '../show/amounts.js';
import { runJson, runSummary } from '../show/run-summary.js';
import { table, type Column } from '../show/table.js';
import { screenColumns } from '../show/screen-columns.js';
import { settingsHere, withRecords } from '../with-engine.js';

interface Flags {
  readonly json?: true;
}

export function runsCommand(): Command {
  const command = new Command('runs').description('list, show, cancel, pause or resume runs');
  command.command('list').description('the last 20').option('--json', 'as JSON').action(list);
  command.command('show').description('one run').argument('<id>').option('--json', 'as JSON').action(show);
  command.command('cancel').description('stop a run; what is paid is kept').argument('<id>').action(cancel);
  command
    .command('pause')
    .description('begin nothing new for a run; what is at the provider is brought home')
    .argument('<id>')
    .action(pause);
  command.command('resume').description('let a paused run go on').argument('<id>').action(resume);
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

async function list(flags: Flags): Promise<void> {
  const reports = await withRecords(async (engine) => {
    const runs = await Array.fromAsync(engine.runs.latest(20));
    return Promise.all(runs.map((run) => reportRun(engine, run)));
  });
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(reports.map(runJson))}\n`);
    return;
  }
  if (reports.length === 0) {
    process.stdout.write('no runs yet: batchmill run PIPELINE starts one\n');
    return;
  }
  const rows = reports.map((one) => [
    one.runId,
    one.pipeline ?? '',
    one.endpoint ?? '',
    one.pausedAt === null ? one.status : 'paused',
    count(one.total),
    count(one.succeeded),
    count(one.failed),
    usd(one.cost.usd),
    one.startedAt === null ? '' : moment(one.startedAt),
  ]);
  process.stdout.write(table(columns, rows, screenColumns()));
}

async function show(id: string, flags: Flags): Promise<void> {
  const report = await withRecords(async (engine) => reportRun(engine, await runOf(engine, id)));
  process.stdout.write(flags.json ? `${JSON.stringify(runJson(report))}\n` : runSummary(report));
}

async function cancel(id: string): Promise<void> {
  const run = await withRecords((engine) => runOf(engine, id));
  if (hasEndedAlready(run)) return;
  const outcome = await carryOut(settingsHere(), {
    event: new RunCancelRequested({ runId: id }),
    stages,
    runId: id,
    isDone: async (engine) => hasEnded(await reportRun(engine, await runOf(engine, id))),
  });
  if (outcome === 'requested') {
    process.stdout.write(`asked the process at work to stop run ${id}; batchmill progress ${id}\n`);
    return;
  }
  const report = await withRecords(async (engine) => reportRun(engine, await runOf(engine, id)));
  process.stdout.write(runSummary(report));
  if (outcome === 'done') return;
  process.stdout.write(`stopped; it stays asked for, and goes on with: batchmill runs cancel ${id}\n`);
  process.exitCode = exitCodes.stopped;
}

async function pause(id: string): Promise<void> {
  const run = await withRecords((engine) => runOf(engine, id));
  if (hasEndedAlready(run)) return;
  if (run.cancelRequestedAt !== null) say(`run ${id} is being cancelled: nothing new is begun for it`);
  else if (run.pausedAt !== null) say(`run ${id} is paused already, since ${moment(run.pausedAt)}`);
  else {
    const event = new RunPauseRequested({ runId: id });
    const outcome = await wish(event, async (engine) => (await runOf(engine, id)).pausedAt !== null);
    if (outcome === 'requested') say(`asked the process at work to pause run ${id}; batchmill runs show ${id}`);
    else if (outcome === 'done') say(`run ${id} is paused; it goes on after: batchmill runs resume ${id}`);
  }
}

async function resume(id: string): Promise<void> {
  const run = await withRecords((engine) => runOf(engine, id));
  if (hasEndedAlready(run)) return;
  if (run.pausedAt === null) {
    say(`run ${id} is not paused`);
    return;
  }
  const event = new RunResumeRequested({ runId: id });
  const outcome = await wish(event, async (engine) => (await runOf(engine, id)).pausedAt === null);
  if (outcome === 'requested') say(`asked the process at work to go on with run ${id}; batchmill progress ${id}`);
  else if (outcome === 'done') {
    say(
      `run ${id} is not paused any more; it goes on with: batchmill run ${run.pipeline ?? 'PIPELINE'} --run-id ${id}`,
    );
  }
}

/** Heard by the stage that records wishes; nothing is worked on for it. */
async function wish(event: RunPauseRequested | RunResumeRequested, isDone: Wish['isDone']): Promise<string> {
  const outcome = await carryOut(settingsHere(), { event, stages: commandStages, runId: null, isDone });
  if (outcome === 'stopped') process.exitCode = exitCodes.stopped;
  return outcome;
}

function hasEndedAlready({ _id, state }: Run): boolean {
  if (!endedRunStates.includes(state)) return false;
  say(`run ${_id} has ended already: ${state}`);
  return true;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export async function runOf(engine: Engine, id: string): Promise<Run> {
  const run = await engine.runs.get(id);
  if (run !== null) return run;
  throw new ValidationError('run.unknown', `there is no run ${id}; batchmill runs list shows those there are`);
}
