import { drainingStages } from '@batchmill/all-in-one';
import { BatchCancelRequested, BatchProcessRequested, ValidationError } from '@batchmill/contracts';
import type { Batch } from '@batchmill/records';
import { reportBatch, type BatchReport, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { carryOut, type Wish } from '../carry-out.js';
import { exitCodes } from '../exit-codes.js';
import { count, moment } from '../show/amounts.js';
import { table, type Column } from '../show/table.js';
import { countFrom } from '../run-options.js';
import { screenColumns } from '../show/screen-columns.js';
import { settingsHere, withRecords } from '../with-engine.js';
import { runOf } from './runs.js';

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
  command
    .command('cancel')
    .description('stop it at the provider; its run asks again for what it did not answer')
    .argument('<id>')
    .action(cancel);
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
    const found = engine.batches.latest(limit, run);
    return (await Array.fromAsync(found)).map((batch) => reportBatch(engine, batch));
  });
  if (json) {
    process.stdout.write(`${JSON.stringify(reports)}\n`);
    return;
  }
  if (reports.length === 0) {
    process.stdout.write(
      run === undefined ? 'no batches yet: batchmill run PIPELINE makes them\n' : `run ${run} has no batches yet\n`,
    );
    return;
  }
  const rows = reports.map((one) => [
    one.batchId,
    one.status,
    count(one.totalDocuments),
    count(one.totalRequests),
    count(one.completedRequests),
    count(one.failedRequests),
    moment(one.createdAt),
    one.providerBatchId ?? '',
  ]);
  process.stdout.write(table(columns, rows, screenColumns()));
}

async function status(id: string, { json }: Flags): Promise<void> {
  const report = await withRecords(async (engine) => reportBatch(engine, await batchOf(engine, id)));
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const { metadata, ...facts } = report;
  const lines = Object.entries({ ...facts, ...metadata }).filter(([, value]) => value !== null);
  process.stdout.write(lines.map(([name, value]) => `${name.padEnd(18)} ${value}\n`).join(''));
}

async function processNow(id: string): Promise<void> {
  const before = await withRecords((engine) => batchOf(engine, id));
  if (before.state === 'ingested') say(`batch ${id} is ingested already: there is nothing to process`);
  else if (before.state === 'built') say(`batch ${id} is not submitted yet: there is nothing to process`);
  else await wish(before._id, processing(before._id, before));
}

function processing(id: string, before: Batch): Wish {
  return {
    event: new BatchProcessRequested({ batchId: id }),
    stages: drainingStages,
    // Looked at once: home, or still at the provider.
    isDone: async (engine) => {
      const { state, parked, provider } = await batchOf(engine, id);
      const isGoing = state === 'submitted' && (provider?.polls ?? 0) > (before.provider?.polls ?? 0);
      return parked || isGoing || state === 'ingested';
    },
  };
}

async function cancel(id: string): Promise<void> {
  const { _id, runId, state, reason } = await withRecords((engine) => batchOf(engine, id));
  if (state === 'settled' || state === 'ingested') {
    say(`batch ${id} has ended already: ${reason ?? state}`);
    return;
  }
  await wish(_id, cancelling(_id));
  say(`what it did not answer is asked again by its run; batchmill runs cancel ${runId} ends that too`);
}

function cancelling(id: string): Wish {
  return {
    event: new BatchCancelRequested({ batchId: id }),
    stages: drainingStages,
    // What was not sent yet is settled by the submitter, and never sent.
    isDone: async (engine) => {
      const { state, parked, cancelRequestedAt } = await batchOf(engine, id);
      return parked || state === 'ingested' || (state === 'built' && cancelRequestedAt !== null);
    },
  };
}

async function wish(id: string, wished: Wish): Promise<void> {
  const outcome = await carryOut(settingsHere(), wished);
  if (outcome === 'requested') {
    say(`asked the process at work; batchmill batch status ${id}`);
    return;
  }
  const { batch, report } = await withRecords(async (engine) => {
    const found = await batchOf(engine, id);
    return { batch: found, report: reportBatch(engine, found) };
  });
  const isKept = outcome === 'stopped';
  if (isKept) process.exitCode = exitCodes.stopped;
  if (isKept) say(`stopped; it stays asked for, and is done when its run goes on`);
  else if (batch.state === 'built') say(`batch ${id} was not sent yet, and will not be`);
  else say(outcomeOf(report));
  say(batch.parked ? `it is stuck: batchmill parked show ${id}` : `its run goes on with: ${goingOn(batch)}`);
}

function outcomeOf({ batchId, status, completedRequests, failedRequests, totalRequests }: BatchReport): string {
  const failed = failedRequests === 0 ? '' : `, ${count(failedRequests)} failed`;
  return `batch ${batchId}: ${status}, ${count(completedRequests)} of ${count(totalRequests)} requests answered${failed}`;
}

function goingOn({ pipeline, runId }: Batch): string {
  return `batchmill run ${pipeline} --run-id ${runId}`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** By our id, or by the provider's. */
async function batchOf(engine: Engine, id: string): Promise<Batch> {
  const batch = (await engine.batches.get(id)) ?? (await engine.batches.ofProviderBatch(id));
  if (batch !== null) return batch;
  throw new ValidationError('batch.unknown', `there is no batch ${id}; batchmill batch list shows those there are`);
}
