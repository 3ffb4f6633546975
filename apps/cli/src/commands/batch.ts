import { ValidationError } from '@batchmill/contracts';
import type { Batch } from '@batchmill/records';
import { reportBatch, type BatchReport } from '@batchmill/service';
import { Command } from 'commander';
import { abandonCommand, batchOf, cancelCommand, processCommand, reprocessCommand } from '../batch-commands.js';
import { exitCodes } from '../exit-codes.js';
import { parseCount } from '../run-options.js';
import { sendCommand, type EngineCommand } from '../send-command.js';
import { formatCount, formatQuantity, formatTime } from '../show/format.js';
import { printJson, sayBeside } from '../show/output.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';
import { settingsHere, withRecords } from '../with-engine.js';
import { runOf } from './runs.js';

type Json = true | undefined;

interface Flags {
  readonly json?: true;
  readonly run?: string;
  readonly limit?: number;
}

export function batchCommand(): Command {
  const command = new Command('batch');
  command
    .command('list')
    .description('the newest batches; those without requests, of documents that failed before, are left out')
    .option('--run <id>', 'only the batches of this run')
    .option('--limit <n>', 'how many (default: 20)', parseCount)
    .option('--json', 'as JSON')
    .action(list);
  command.command('status').description('one batch').argument('<id>').option('--json', 'as JSON').action(status);
  command
    .command('process')
    .description('poll a batch now, and ingest its results if it has settled')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(processNow);
  command
    .command('cancel')
    .description('cancel a batch at the provider; its run retries the requests that were not answered')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(cancel);
  command
    .command('reprocess')
    .description(
      'take answers that could not be used, and were kept, through the pipeline once more; nothing is requested or billed',
    )
    .argument('[id]', 'a batch')
    .option('--run <id>', 'all batches of this run that keep answers')
    .option('--json', 'as JSON')
    .action(reprocess);
  command
    .command('abandon')
    .description('give up a batch that does not end; its run requests again what was not answered')
    .argument('<id>')
    .option('--fail', 'let the requests fail that were not answered, instead of requesting them again')
    .option('--json', 'as JSON')
    .action(abandon);
  return command;
}

const columns: readonly Column[] = [
  { title: 'BATCH' },
  { title: 'STATUS' },
  { title: 'DOCUMENTS', right: true, spare: 2 },
  { title: 'REQUESTS', right: true },
  { title: 'ANSWERED', right: true },
  { title: 'FAILED', right: true, spare: 1 },
  { title: 'CREATED', spare: 3 },
  { title: 'PROVIDER BATCH', spare: 4 },
];

async function list({ json, run, limit = 20 }: Flags): Promise<void> {
  const reports = await withRecords(async (engine) => {
    if (run !== undefined) await runOf(engine, run);
    return (await Array.fromAsync(engine.batches.latest(limit, run))).map((batch) => reportBatch(engine, batch));
  });
  if (json) {
    printJson(reports);
    return;
  }
  if (reports.length === 0) {
    process.stdout.write(
      run === undefined
        ? 'no batches yet; start a run with: batchmill run PIPELINE\n'
        : `run ${run} has no batches with requests yet\n`,
    );
    return;
  }
  const rows = reports.map((report) => [
    report.batchId,
    report.status,
    formatCount(report.totalDocuments),
    formatCount(report.totalRequests),
    formatCount(report.completedRequests),
    formatCount(report.failedRequests),
    formatTime(report.createdAt),
    report.providerBatchId ?? '',
  ]);
  process.stdout.write(table(columns, rows, terminalColumns()));
}

async function status(id: string, { json }: Flags): Promise<void> {
  const report = await withRecords(async (engine) => reportBatch(engine, await batchOf(engine, id)));
  if (json) {
    printJson(report);
    return;
  }
  const { metadata, ...fields } = report;
  const lines = Object.entries({ ...fields, ...metadata }).filter(([, value]) => value !== null);
  process.stdout.write(lines.map(([name, value]) => `${name.padEnd(18)} ${value}\n`).join(''));
}

async function processNow(id: string, { json }: Flags): Promise<void> {
  const before = await withRecords((engine) => batchOf(engine, id));
  if (before.state === 'ingested') await leave(before, 'is already ingested: there is nothing to process', json);
  else if (before.state === 'built') await leave(before, 'is not submitted yet: there is nothing to process', json);
  else await send(before._id, processCommand(before._id, before), json);
}

async function cancel(id: string, { json }: Flags): Promise<void> {
  const batch = await withRecords((engine) => batchOf(engine, id));
  if (batch.state === 'settled' || batch.state === 'ingested') return leaveEnded(batch, json);
  const rest = `its run retries the requests that were not answered; to stop those too: batchmill runs cancel ${batch.runId}`;
  await send(batch._id, cancelCommand(batch._id), json, [rest]);
}

async function reprocess(id: string | undefined, { run, json }: Flags): Promise<void> {
  if ((id === undefined) === (run === undefined)) {
    throw new ValidationError(
      'command.choice',
      'name either a batch or, with --run, a run; batchmill batch list shows all',
    );
  }
  const say = sayBeside(json);
  const named = await withRecords(async (engine) => {
    if (id !== undefined) return [await batchOf(engine, id)];
    return Array.fromAsync(engine.batches.keepingOfRun((await runOf(engine, run ?? ''))._id));
  });
  const keeping = named.filter(({ ingestion }) => ingestion.kept != null);
  if (keeping.length === 0) {
    say(`${id === undefined ? `run ${run}` : `batch ${id}`} keeps no answers: there is nothing to process again`);
    if (json) printJson({ outcome: 'unchanged', batches: [] });
    return;
  }
  const outcome = await sendCommand(settingsHere(), reprocessCommand(keeping), say);
  if (outcome === 'stopped') process.exitCode = exitCodes.stopped;
  const after = await withRecords(async (engine) => {
    const batches = await Promise.all(keeping.map(({ _id }) => batchOf(engine, _id)));
    return batches.map((batch) => ({ batch, report: reportBatch(engine, batch) }));
  });
  if (outcome === 'requested')
    say(`sent to the running process; check with: batchmill batch status ${keeping[0]?._id}`);
  else if (outcome === 'stopped') say(stoppedText);
  else for (const { batch } of after) say(reprocessedText(batch));
  if (json) printJson({ outcome, batches: after.map(({ report }) => report) });
}

/** A batch of which the provider has nothing can be abandoned too: then it costs nothing. */
async function abandon(id: string, { fail = false, json }: Flags & { readonly fail?: boolean }): Promise<void> {
  const batch = await withRecords((engine) => batchOf(engine, id));
  if (batch.state === 'ingested') return leaveEnded(batch, json);
  await send(batch._id, abandonCommand(batch, fail), json, [
    'what the provider still completes of it is billed; a sweep of a running service cancels it where it finds it',
    fail
      ? `request again what has failed with: batchmill run ${batch.pipeline} --redo failed`
      : 'its run requests the rest again; to let that fail instead, abandon with --fail',
  ]);
}

async function leaveEnded(batch: Batch, json: Json): Promise<void> {
  return leave(batch, `has already ended: ${batch.reason ?? batch.state}`, json);
}

/** Says why a command has no effect on the batch. */
async function leave(batch: Batch, why: string, json: Json): Promise<void> {
  sayBeside(json)(`batch ${batch._id} ${why}`);
  if (!json) return;
  const report = await withRecords((engine) => Promise.resolve(reportBatch(engine, batch)));
  printJson({ outcome: 'unchanged', batch: report });
}

function reprocessedText({ _id, parked, reprocessing, error }: Batch): string {
  if (parked) return `batch ${_id}: parked: ${error?.message ?? ''}; see: batchmill parked show ${_id}`;
  const { requests = 0, documents = 0, unusable = 0, firstError = null } = reprocessing ?? {};
  const used = `${formatQuantity(requests, 'kept answer', 'kept answers')} used, ${formatQuantity(documents, 'document', 'documents')} completed`;
  const rest =
    unusable === 0
      ? ''
      : `; ${formatCount(unusable)} still cannot be used${firstError === null ? '' : `: ${firstError}`}`;
  return `batch ${_id}: ${used}${rest}`;
}

/** `notes` follow, whatever came of the command. */
async function send(id: string, command: EngineCommand, json: Json, notes: readonly string[] = []): Promise<void> {
  const say = sayBeside(json);
  const outcome = await sendCommand(settingsHere(), command, say);
  const { batch, report } = await withRecords(async (engine) => {
    const batch = await batchOf(engine, id);
    return { batch, report: reportBatch(engine, batch) };
  });
  if (outcome === 'stopped') process.exitCode = exitCodes.stopped;
  if (outcome === 'requested') say(`sent to the running process; check with: batchmill batch status ${id}`);
  else {
    if (outcome === 'stopped') say(stoppedText);
    else if (batch.state === 'built') say(`batch ${id} was not submitted yet, and will not be`);
    else say(statusText(report));
    say(batch.parked ? `it is parked: batchmill parked show ${id}` : `continue its run with: ${continueText(batch)}`);
  }
  for (const note of notes) say(note);
  if (json) printJson({ outcome, batch: report });
}

const stoppedText = 'stopped; the command is recorded, and carried out when the run continues';

function statusText({ batchId, status, completedRequests, failedRequests, totalRequests }: BatchReport): string {
  const failed = failedRequests === 0 ? '' : `, ${formatCount(failedRequests)} failed`;
  return `batch ${batchId}: ${status}, ${formatCount(completedRequests)} of ${formatCount(totalRequests)} requests answered${failed}`;
}

function continueText({ pipeline, runId }: Batch): string {
  return `batchmill run ${pipeline} --run-id ${runId}`;
}
