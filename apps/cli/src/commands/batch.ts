import { BatchCancelRequested, BatchProcessRequested, ValidationError } from '@batchmill/contracts';
import type { Batch } from '@batchmill/records';
import { isAtWork, publishEvent, reportBatch, type Line } from '@batchmill/service';
import { Command } from 'commander';
import { count } from '../show/amounts.js';
import { table } from '../show/table.js';
import { countFrom } from '../run-options.js';
import { screenColumns } from '../show/screen-columns.js';
import { settingsHere, withLine } from '../with-line.js';

interface Flags {
  readonly json?: true;
  readonly run?: string;
  readonly limit?: number;
}

export function batchCommand(): Command {
  const command = new Command('batch').description('list, look at, process or cancel batches');
  command
    .command('list')
    .description('the newest batches')
    .option('--run <id>', 'of one run')
    .option('--limit <n>', 'how many; 20 when not said', countFrom)
    .option('--json', 'as JSON')
    .action(list);
  command.command('status').description('one batch').argument('<id>').option('--json', 'as JSON').action(status);
  command.command('process').description('look at it now').argument('<id>').action(processNow);
  command.command('cancel').description('stop it at the provider').argument('<id>').action(cancel);
  return command;
}

async function list({ json, run, limit = 20 }: Flags): Promise<void> {
  const reports = await withLine(async (line) => {
    const found = line.batches.find(run === undefined ? {} : { runId: run }, { sort: { createdAt: -1 }, limit });
    return (await Array.fromAsync(found)).map((batch) => reportBatch(line, batch));
  });
  if (json) {
    process.stdout.write(`${JSON.stringify(reports)}\n`);
    return;
  }
  if (reports.length === 0) {
    process.stdout.write('no batches yet: batchmill run PIPELINE makes them\n');
    return;
  }
  const rows = reports.map((one) => [
    one.batchId,
    one.status,
    count(one.totalDocuments),
    count(one.totalRequests),
    count(one.completedRequests),
    count(one.failedRequests),
    one.createdAt,
    one.providerBatchId ?? '',
  ]);
  const head = ['BATCH', 'STATUS', 'DOCUMENTS', 'REQUESTS', 'ANSWERED', 'FAILED', 'CREATED', 'PROVIDER BATCH'];
  process.stdout.write(table(head, rows, screenColumns()));
}

async function status(id: string, { json }: Flags): Promise<void> {
  const report = await withLine(async (line) => reportBatch(line, await batchOf(line, id)));
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const { metadata, ...facts } = report;
  const lines = Object.entries({ ...facts, ...metadata }).filter(([, value]) => value !== null);
  process.stdout.write(lines.map(([name, value]) => `${name.padEnd(18)} ${value}\n`).join(''));
}

async function processNow(id: string): Promise<void> {
  await wish(id, new BatchProcessRequested({ batchId: id }), 'to be looked at now');
}

async function cancel(id: string): Promise<void> {
  await wish(id, new BatchCancelRequested({ batchId: id }), 'to be cancelled');
}

async function wish(id: string, event: BatchProcessRequested | BatchCancelRequested, what: string): Promise<void> {
  const isNobodyAtWork = !isAtWork(settingsHere());
  await withLine(async (line) => {
    await batchOf(line, id);
    await publishEvent(line, event);
  });
  process.stdout.write(`asked for batch ${id} ${what}\n`);
  if (isNobodyAtWork) process.stdout.write('nobody is at work on this home: it happens when the run goes on\n');
}

async function batchOf(line: Line, id: string): Promise<Batch> {
  const batch = await line.batches.get(id);
  if (batch !== null) return batch;
  throw new ValidationError('batch.unknown', `there is no batch ${id}; batchmill batch list shows those there are`);
}
