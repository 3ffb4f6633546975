import { ValidationError } from '@batchmill/contracts';
import type { Records, WorkRecord } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { Command } from 'commander';
import { table, type Column } from '../show/table.js';
import { sanitizeLine, terminalColumns } from '../show/terminal.js';
import { noteIfNoWorker, withRecords } from '../with-engine.js';

export function parkedCommand(): Command {
  const command = new Command('parked').description(
    'list, show or retry records that are parked after too many attempts',
  );
  command.command('list').description('all parked records').option('--json', 'as JSON').action(list);
  command.command('show').description('a parked record with its error').argument('<id>').action(show);
  command
    .command('retry')
    .description('unpark a record, so that its work is tried again')
    .argument('<id>')
    .action(retry);
  return command;
}

const columns: readonly Column[] = [
  { title: 'RECORD' },
  { title: 'STATE' },
  { title: 'ATTEMPTS', right: true, spare: 1 },
  { title: 'ERROR' },
];

async function list({ json }: { readonly json?: true }): Promise<void> {
  const parked = await withRecords(async (engine) =>
    (await Promise.all(allRecords(engine).map((records) => Array.fromAsync(records.parked())))).flat(),
  );
  if (json) process.stdout.write(`${JSON.stringify(parked.map(parkedJson))}\n`);
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

async function show(id: string): Promise<void> {
  const { state, attempts, error } = await withRecords(async (engine) => (await parkedOf(engine, id)).record);
  process.stdout.write(`${id} is parked in the state ${state} after ${attempts} attempts\n`);
  if (error !== null)
    process.stdout.write(`${error.kind} ${error.code} at ${error.at.toISOString()}: ${error.message}\n`);
}

async function retry(id: string): Promise<void> {
  await withRecords(async (engine) => (await parkedOf(engine, id)).records.unpark(id));
  process.stdout.write(`${id} is no longer parked and will be retried\n`);
  noteIfNoWorker('the retry happens when its run continues');
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
