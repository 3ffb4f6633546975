import { ValidationError } from '@batchmill/contracts';
import type { Batch } from '@batchmill/records';
import { reportBatch, type BatchReport } from '@batchmill/service';
import { Command } from 'commander';
import { abandonCommand, batchOf, cancelCommand, processCommand, reprocessCommand } from '../batch-commands.js';
import { exitCodes } from '../exit-codes.js';
import { parseCount } from '../run-options.js';
import { sendCommand, type EngineCommand } from '../send-command.js';
import { formatCount, formatQuantity, formatTime } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';
import { settingsHere, withRecords } from '../with-engine.js';
import { runOf } from './runs.js';

interface Flags {
  readonly json?: true;
  readonly run?: string;
  readonly limit?: number;
}

export function batchCommand(): Command {
  const command = new Command('batch').description('list, show, process, reprocess, cancel or abandon batches');
  command
    .command('list')
    .description('the newest batches')
    .option('--run <id>', 'only the batches of this run')
    .option('--limit <n>', 'how many (default: 20)', parseCount)
    .option('--json', 'as JSON')
    .action(list);
  command.command('status').description('one batch').argument('<id>').option('--json', 'as JSON').action(status);
  command
    .command('process')
    .description('poll a batch now, and ingest its results if it has settled')
    .argument('<id>')
    .action(processNow);
  command
    .command('cancel')
    .description('cancel a batch at the provider; its run retries the requests that were not answered')
    .argument('<id>')
    .action(cancel);
  command
    .command('reprocess')
    .description(
      'take answers that could not be used, and were kept, through the pipeline once more; nothing is requested or billed',
    )
    .argument('[id]', 'a batch')
    .option('--run <id>', 'all batches of this run that keep answers')
    .action(reprocess);
  command
    .command('abandon')
    .description('give up a batch that does not end; its run requests again what was not answered')
    .argument('<id>')
    .option('--fail', 'let the requests fail that were not answered, instead of requesting them again')
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
    process.stdout.write(`${JSON.stringify(reports)}\n`);
    return;
  }
  if (reports.length === 0) {
    process.stdout.write(
      run === undefined
        ? 'no batches yet; start a run with: batchmill run PIPELINE\n'
        : `run ${run} has no batches yet\n`,
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
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const { metadata, ...fields } = report;
  const lines = Object.entries({ ...fields, ...metadata }).filter(([, value]) => value !== null);
  process.stdout.write(lines.map(([name, value]) => `${name.padEnd(18)} ${value}\n`).join(''));
}

async function processNow(id: string): Promise<void> {
  const before = await withRecords((engine) => batchOf(engine, id));
  if (before.state === 'ingested') print(`batch ${id} is already ingested: there is nothing to process`);
  else if (before.state === 'built') print(`batch ${id} is not submitted yet: there is nothing to process`);
  else await send(before._id, processCommand(before._id, before));
}

async function cancel(id: string): Promise<void> {
  const { _id, runId, state, reason } = await withRecords((engine) => batchOf(engine, id));
  if (state === 'settled' || state === 'ingested') {
    print(`batch ${id} has already ended: ${reason ?? state}`);
    return;
  }
  await send(_id, cancelCommand(_id));
  print(`its run retries the requests that were not answered; to stop those too: batchmill runs cancel ${runId}`);
}

async function reprocess(id: string | undefined, { run }: Pick<Flags, 'run'>): Promise<void> {
  if ((id === undefined) === (run === undefined)) {
    throw new ValidationError(
      'command.choice',
      'name either a batch or, with --run, a run; batchmill batch list shows all',
    );
  }
  const named = await withRecords(async (engine) => {
    if (id !== undefined) return [await batchOf(engine, id)];
    return Array.fromAsync(engine.batches.keepingOfRun((await runOf(engine, run ?? ''))._id));
  });
  const keeping = named.filter(({ ingestion }) => ingestion.kept != null);
  if (keeping.length === 0) {
    print(`${id === undefined ? `run ${run}` : `batch ${id}`} keeps no answers: there is nothing to process again`);
    return;
  }
  const outcome = await sendCommand(settingsHere(), reprocessCommand(keeping));
  if (outcome === 'requested') {
    print(`sent to the running process; check with: batchmill batch status ${keeping[0]?._id}`);
    return;
  }
  if (outcome === 'stopped') {
    process.exitCode = exitCodes.stopped;
    print(`stopped; the command is recorded, and carried out when the run continues`);
    return;
  }
  const after = await withRecords((engine) => Promise.all(keeping.map(({ _id }) => batchOf(engine, _id))));
  for (const batch of after) print(reprocessedText(batch));
}

/** A batch of which the provider has nothing can be abandoned too: then it costs nothing. */
async function abandon(id: string, { fail = false }: { readonly fail?: boolean }): Promise<void> {
  const batch = await withRecords((engine) => batchOf(engine, id));
  if (batch.state === 'ingested') {
    print(`batch ${batch._id} has already ended: ${batch.reason ?? batch.state}`);
    return;
  }
  await send(batch._id, abandonCommand(batch, fail));
  print('what the provider still completes of it is billed; a sweep of a running service cancels it where it finds it');
  if (fail) print(`request again what has failed with: batchmill run ${batch.pipeline} --redo failed`);
  else print(`its run requests the rest again; to let that fail instead, abandon with --fail`);
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

async function send(id: string, command: EngineCommand): Promise<void> {
  const outcome = await sendCommand(settingsHere(), command);
  if (outcome === 'requested') {
    print(`sent to the running process; check with: batchmill batch status ${id}`);
    return;
  }
  const { batch, report } = await withRecords(async (engine) => {
    const batch = await batchOf(engine, id);
    return { batch, report: reportBatch(engine, batch) };
  });
  const isStopped = outcome === 'stopped';
  if (isStopped) process.exitCode = exitCodes.stopped;
  if (isStopped) print(`stopped; the command is recorded, and carried out when the run continues`);
  else if (batch.state === 'built') print(`batch ${id} was not submitted yet, and will not be`);
  else print(statusText(report));
  print(batch.parked ? `it is parked: batchmill parked show ${id}` : `continue its run with: ${continueText(batch)}`);
}

function statusText({ batchId, status, completedRequests, failedRequests, totalRequests }: BatchReport): string {
  const failed = failedRequests === 0 ? '' : `, ${formatCount(failedRequests)} failed`;
  return `batch ${batchId}: ${status}, ${formatCount(completedRequests)} of ${formatCount(totalRequests)} requests answered${failed}`;
}

function continueText({ pipeline, runId }: Batch): string {
  return `batchmill run ${pipeline} --run-id ${runId}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
