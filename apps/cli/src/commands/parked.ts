import { ValidationError } from '@batchmill/contracts';
import type { Records, WorkRecord } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { Command } from 'commander';
import { table, type Column } from '../show/table.js';
import { oneLine } from '../show/printable.js';
import { screenColumns } from '../show/screen-columns.js';
import { sayIfNobodyWorks } from '../say-if-nobody-works.js';
import { withRecords } from '../with-engine.js';

export function stuckCommand(): Command {
  const command = new Command('stuck').description('work that stands still after too many tries');
  command.command('list').description('what is parked').option('--json', 'as JSON').action(list);
  command.command('show').description('why').argument('<id>').action(show);
  command.command('retry').description('put it back to work').argument('<id>').action(retry);
  return command;
}

const columns: readonly Column[] = [
  { title: 'RECORD' },
  { title: 'STATE' },
  { title: 'TRIES', right: true, spare: 1 },
  { title: 'ERROR' },
];

async function list({ json }: { readonly json?: true }): Promise<void> {
  const parked = await withRecords(async (engine) => {
    const found: WorkRecord[] = [];
    for (const records of kindsOf(engine)) found.push(...(await Array.fromAsync(records.parked())));
    return found;
  });
  if (json) process.stdout.write(`${JSON.stringify(parked.map(stuckJson))}\n`);
  else if (parked.length === 0) process.stdout.write('nothing is stuck\n');
  else {
    const rows = parked.map(({ _id, state, attempts, error }) => [
      _id,
      state,
      String(attempts),
      oneLine(error?.message ?? ''),
    ]);
    process.stdout.write(table(columns, rows, screenColumns()));
  }
}

function stuckJson({ _id, state, attempts, error }: WorkRecord): Record<string, unknown> {
  return { id: _id, state, attempts, error };
}

async function show(id: string): Promise<void> {
  const { state, attempts, error } = await withRecords(async (engine) => (await parkedOf(engine, id)).record);
  process.stdout.write(`${id} stands in the state ${state} after ${attempts} tries\n`);
  if (error !== null)
    process.stdout.write(`${error.kind} ${error.code} at ${error.at.toISOString()}: ${error.message}\n`);
}

async function retry(id: string): Promise<void> {
  await withRecords(async (engine) => (await parkedOf(engine, id)).records.unpark(id));
  process.stdout.write(`${id} is put back to work\n`);
  sayIfNobodyWorks('it is taken up when its run goes on');
}

async function parkedOf(engine: Engine, id: string): Promise<{ records: Records<WorkRecord>; record: WorkRecord }> {
  for (const records of kindsOf(engine)) {
    const record = await records.get(id);
    if (record?.parked === true) return { records, record };
  }
  throw new ValidationError('stuck.unknown', `nothing of the name ${id} is stuck; batchmill parked list shows what is`);
}

function kindsOf({ hostDependencies }: Engine): readonly Records<WorkRecord>[] {
  return hostDependencies.records;
}
