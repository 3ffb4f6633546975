import {
  OrphanedBatches,
  OrphanedFiles,
  type OrphanedFile,
  type OrphanedProviderBatch,
} from '@batchmill/batch-submitter';
import { ValidationError } from '@batchmill/contracts';
import { isSettled } from '@batchmill/provider';
import type { Engine } from '@batchmill/service';
import { Command } from 'commander';
import { confirm } from '../confirm.js';
import { formatCount, formatTime } from '../show/format.js';
import { messagesBeside, printJson } from '../show/output.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';
import { withProvider } from '../with-engine.js';

export function orphansCommand(): Command {
  const command = new Command('orphans');
  command
    .command('list')
    .description('those that are there now; a sweep removes the ones that a record has given up')
    .option('--json', 'as JSON')
    .action(list);
  command
    .command('remove')
    .description('cancel a provider batch, or delete the results of one that has ended, or delete an input file')
    .argument('<id>', 'the id of the provider batch or of the file')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'as JSON')
    .action(remove);
  return command;
}

interface Orphans {
  readonly batches: readonly OrphanedProviderBatch[];
  readonly files: readonly OrphanedFile[];
  /** The input files that provider batches read which are not settled. */
  readonly inUse: ReadonlySet<string>;
}

const columns: readonly Column[] = [
  { title: 'ORPHAN' },
  { title: 'KIND', spare: 2 },
  { title: 'OF BATCH' },
  { title: 'STATUS' },
  { title: 'ANSWERED', right: true, spare: 1 },
  { title: 'CREATED', spare: 3 },
  { title: 'RECORD' },
];

async function list({ json }: { readonly json?: true }): Promise<void> {
  const { batches, files } = await withProvider(findAll);
  if (json) {
    const ofBatches = batches.map(({ found, batchId, verdict }) => ({
      ...{ kind: 'batch', id: found.id, batchId, verdict, status: found.state, createdAt: found.createdAt },
      answered: found.counts.completed,
    }));
    const ofFiles = files.map(({ id, batchId, verdict }) => ({ kind: 'file', id, batchId, verdict }));
    printJson([...ofBatches, ...ofFiles]);
    return;
  }
  if (batches.length + files.length === 0) {
    process.stdout.write('no orphans\n');
    return;
  }
  const rows = [
    ...batches.map(({ found, batchId, verdict }) => [
      ...[found.id, 'batch', batchId, found.state, formatCount(found.counts.completed), formatTime(found.createdAt)],
      recordText[verdict],
    ]),
    ...files.map(({ id, batchId, verdict }) => [id, 'file', batchId, '', '', '', recordText[verdict]]),
  ];
  process.stdout.write(table(columns, rows, terminalColumns()));
}

const recordText = { 'given-up': 'has given it up', unknown: 'does not know it' } as const;

async function remove(id: string, { yes, json }: { readonly yes?: true; readonly json?: true }): Promise<void> {
  await withProvider(async (engine) => {
    const { batches, files, inUse } = await findAll(engine);
    const batch = batches.find(({ found }) => found.id === id);
    const file = files.find((each) => each.id === id);
    if (batch === undefined && file === undefined) {
      throw new ValidationError('orphan.unknown', `there is no orphan ${id}; batchmill orphans list shows all`);
    }
    if (batch === undefined && inUse.has(id)) {
      throw new ValidationError(
        'orphan.in-use',
        `the input file ${id} was not deleted: a provider batch that is not settled reads it. Cancel that one first`,
      );
    }
    const what = batch === undefined ? 'delete the input file' : 'give up the provider batch and its results';
    const question = `${what}? If another state has a record of it, that one loses it`;
    if (yes !== true)
      await confirm(`orphans remove ${id}`, `${question}:`, { from: process.stdin, to: messagesBeside(json) });
    const removal = batch === undefined ? await deleteFile(engine, id) : await removeBatch(engine, batch);
    if (json) printJson({ kind: batch === undefined ? 'file' : 'batch', id, outcome: removal.outcome });
    else process.stdout.write(`${removal.text}\n`);
  });
}

interface Removal {
  readonly outcome: 'deleted' | 'cancelling' | 'not-cancelled';
  readonly text: string;
}

async function deleteFile({ provider }: Engine, id: string): Promise<Removal> {
  await provider.deleteFile(id);
  return { outcome: 'deleted', text: `input file ${id} was deleted` };
}

async function removeBatch({ provider }: Engine, { found }: OrphanedProviderBatch): Promise<Removal> {
  const { id, state, outputFileId, errorFileId } = found;
  if (state === 'cancelling') return { outcome: 'cancelling', text: `provider batch ${id} is being cancelled already` };
  if (isSettled(found)) {
    for (const fileId of [outputFileId, errorFileId]) if (fileId !== null) await provider.deleteFile(fileId);
    const text = `the results of provider batch ${id} were deleted; what it completed is billed`;
    return { outcome: 'deleted', text };
  }
  const now = await provider.cancelBatch(id);
  return isSettled(now) || now.state === 'cancelling'
    ? { outcome: 'cancelling', text: `provider batch ${id} is being cancelled; what it has completed is billed` }
    : { outcome: 'not-cancelled', text: `the provider does not cancel provider batch ${id} now; try again later` };
}

async function findAll(engine: Engine): Promise<Orphans> {
  const { batches, provider, engineSettings, log } = engine;
  const orphanedBatches = OrphanedBatches.on(engine);
  const orphanedFiles = new OrphanedFiles(batches, provider, orphanedBatches, engineSettings, log);
  const [found, inUse] = [await orphanedBatches.find(), await orphanedBatches.inputFilesInUse()];
  return { batches: found, files: await orphanedFiles.find(), inUse };
}
