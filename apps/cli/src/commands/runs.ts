import { stages } from '@batchmill/all-in-one';
import { RunCancelRequested, ValidationError } from '@batchmill/contracts';
import { endedRunStates, type Run } from '@batchmill/records';
import { hasEnded, reportRun, type Line } from '@batchmill/service';
import { Command } from 'commander';
import { carryOut } from '../carry-out.js';
import { exitCodes } from '../exit-codes.js';
import { count, moment, usd } from '../show/amounts.js';
import { runJson, runSummary } from '../show/run-summary.js';
import { table, type Column } from '../show/table.js';
import { screenColumns } from '../show/screen-columns.js';
import { settingsHere, withLine } from '../with-line.js';

interface Flags {
  readonly json?: true;
}

export function runsCommand(): Command {
  const command = new Command('runs').description('list, show or cancel runs');
  command.command('list').description('the last 20').option('--json', 'as JSON').action(list);
  command.command('show').description('one run').argument('<id>').option('--json', 'as JSON').action(show);
  command.command('cancel').description('stop a run; what is paid is kept').argument('<id>').action(cancel);
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
  const reports = await withLine(async (line) => {
    const runs = await Array.fromAsync(line.runs.find({}, { sort: { createdAt: -1 }, limit: 20 }));
    return Promise.all(runs.map((run) => reportRun(line, run)));
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
    one.status,
    count(one.total),
    count(one.succeeded),
    count(one.failed),
    usd(one.cost.usd),
    one.startedAt === null ? '' : moment(one.startedAt),
  ]);
  process.stdout.write(table(columns, rows, screenColumns()));
}

async function show(id: string, flags: Flags): Promise<void> {
  const report = await withLine(async (line) => reportRun(line, await runOf(line, id)));
  process.stdout.write(flags.json ? `${JSON.stringify(runJson(report))}\n` : runSummary(report));
}

async function cancel(id: string): Promise<void> {
  const run = await withLine((line) => runOf(line, id));
  if (endedRunStates.includes(run.state)) {
    process.stdout.write(`run ${id} has ended already: ${run.state}\n`);
    return;
  }
  const outcome = await carryOut(settingsHere(), {
    event: new RunCancelRequested({ runId: id }),
    stages,
    runId: id,
    isDone: async (line) => hasEnded(await reportRun(line, await runOf(line, id))),
  });
  if (outcome === 'asked') {
    process.stdout.write(`asked the process at work to stop run ${id}; batchmill progress ${id}\n`);
    return;
  }
  const report = await withLine(async (line) => reportRun(line, await runOf(line, id)));
  process.stdout.write(runSummary(report));
  if (outcome === 'done') return;
  process.stdout.write(`stopped; it stays asked for, and goes on with: batchmill runs cancel ${id}\n`);
  process.exitCode = exitCodes.stopped;
}

export async function runOf(line: Line, id: string): Promise<Run> {
  const run = await line.runs.get(id);
  if (run !== null) return run;
  throw new ValidationError('run.unknown', `there is no run ${id}; batchmill runs list shows those there are`);
}
