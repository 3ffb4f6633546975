import { ValidationError } from '@batchmill/contracts';
import type { BatchState, Records, WorkRecord } from '@batchmill/records';
import { checkPlace, type Engine } from '@batchmill/service';
import { Command } from 'commander';
import { printJson, sayBeside } from '../show/output.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine, terminalColumns } from '../show/terminal.js';
import { noteIfNoWorker, withRecords } from '../with-engine.js';

const stageOfBatch: Readonly<Record<BatchState, string>> = {
  built: 'batch-submitter',
  submitted: 'status-poller',
  settled: 'result-ingester',
  ingested: 'result-ingester',
  reprocessing: 'result-ingester',
};
const stages: readonly string[] = [
  'chunk-scanner',
  'jsonl-builder',
  ...new Set(Object.values(stageOfBatch)),
  'notifier',
];

export function parkedCommand(): Command {
  const command = new Command('parked');
  command.command('list').description('all parked records').option('--json', 'as JSON').action(list);
  command
    .command('show')
    .description('a parked record with its error')
    .argument('<id>')
    .option('--json', 'as JSON')
    .action(show);
  command
    .command('retry')
    .description('unpark a record, or all of them, so that their work is tried again')
    .argument('[id]')
    .option('--all', 'all parked records')
    .option('--stage <stage>', `only those of ${stages.join(', ')}`)
    .option('--run <id>', 'only those of this run')
    .option('--code <code>', 'only those with this error code')
    .option('--json', 'as JSON')
    .action(retry);
  return command;
}

const columns: readonly Column[] = [
  { title: 'RECORD' },
  { title: 'STATE' },
  { title: 'ATTEMPTS', right: true, spare: 1 },
  { title: 'ERROR' },
];

interface Flags {
  readonly json?: true;
}

async function list({ json }: Flags): Promise<void> {
  const parked = await withRecords(async (engine) =>
    (await Promise.all(allRecords(engine).map((records) => Array.fromAsync(records.parked())))).flat(),
  );
  if (json) printJson(parked.map(parkedJson));
  else if (parked.length === 0) process.stdout.write('nothing is parked\n');
  else {
    const rows = parked.map(({ _id, state, attempts, error }) => [
      _id,
      state,
      String(attempts),
      sanitizeLine(error?.message ?? ''),
    ]);
    process.stdout.write(table(columns, rows, terminalColumns()));
  }
}

function parkedJson({ _id, state, attempts, error }: WorkRecord): Record<string, unknown> {
  return { id: _id, state, attempts, error };
}

async function show(id: string, { json }: Flags): Promise<void> {
  const record = await withRecords(async (engine) => (await parkedOf(engine, id)).record);
  const { state, attempts, error } = record;
  if (json) {
    printJson(parkedJson(record));
    return;
  }
  process.stdout.write(`${id} is parked in the state ${state} after ${attempts} attempts\n`);
  if (error !== null)
    process.stdout.write(`${error.kind} ${error.code} at ${error.at.toISOString()}: ${error.message}\n`);
}

interface WhichParked extends Flags {
  readonly all?: true;
  readonly stage?: string;
  readonly run?: string;
  readonly code?: string;
}

async function retry(id: string | undefined, which: WhichParked): Promise<void> {
  const { all, stage, run, code, json } = which;
  const say = sayBeside(json);
  const isMany = all === true || [stage, run, code].some((option) => option !== undefined);
  if ((id !== undefined) === isMany) {
    throw new ValidationError(
      'command.choice',
      'name one parked record, or choose several by --all, --stage, --run or --code',
    );
  }
  if (stage !== undefined && !stages.includes(stage)) {
    throw new ValidationError('command.choice', `--stage: found ${stage}, expected one of ${stages.join(', ')}`);
  }
  if (id === undefined) {
    const retried = await withRecords((engine) => unparkMany(engine, which));
    const count = retried.length;
    say(`${count} ${count === 1 ? 'record is' : 'records are'} no longer parked and will be retried`);
    if (json) printJson({ retried });
    if (count === 0) return;
  } else {
    await withRecords(async (engine) => {
      const { records } = await parkedOf(engine, id);
      await checkPlace(engine.store);
      await records.unpark(id);
    });
    say(`${id} is no longer parked and will be retried`);
    if (json) printJson({ retried: [id] });
  }
  noteIfNoWorker('the retry happens when its run continues', say);
}

/** Returns the ids of those that it unparked. */
async function unparkMany(engine: Engine, { stage, run, code }: WhichParked): Promise<string[]> {
  await checkPlace(engine.store);
  const unparked: string[] = [];
  for (const records of allRecords(engine)) {
    // Read to the end first: unparking changes what this query finds.
    for (const record of await Array.fromAsync(records.parked())) {
      if (stage !== undefined && stageOf(engine, records, record) !== stage) continue;
      if (run !== undefined && records.runOf(record) !== run) continue;
      if (code !== undefined && record.error?.code !== code) continue;
      if (await records.unpark(record._id)) unparked.push(record._id);
    }
  }
  return unparked;
}

/** The stage that works on the record in its state. */
function stageOf(engine: Engine, records: Records<WorkRecord>, { state }: WorkRecord): string {
  if (records === engine.batches) return stageOfBatch[state as BatchState]; // a state of a batch
  if (records === engine.notifications) return 'notifier';
  return records === engine.claims && state === 'sealed' ? 'jsonl-builder' : 'chunk-scanner';
}

async function parkedOf(engine: Engine, id: string): Promise<{ records: Records<WorkRecord>; record: WorkRecord }> {
  for (const records of allRecords(engine)) {
    const record = await records.get(id);
    if (record?.parked === true) return { records, record };
  }
  throw new ValidationError('parked.unknown', `there is no parked record ${id}; batchmill parked list shows all`);
}

function allRecords({ hostDependencies }: Engine): readonly Records<WorkRecord>[] {
  return hostDependencies.records;
}
