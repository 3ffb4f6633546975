import { Command } from 'commander';
import { confirm } from '../confirm.js';
import { exitCodes } from '../exit-codes.js';
import { cleanFiles } from '../files/clean-files.js';
import { filesText, kindNames, sizeOf } from '../files/files-text.js';
import { listAccount, oldestOfFilesMs, readFiles, type KnownFile } from '../files/read-files.js';
import { formatBytes, formatQuantity } from '../show/format.js';
import { messagesBeside, printJson, sayBeside } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { withProvider } from '../with-engine.js';
import type { Engine } from '@batchmill/service';

interface Flags {
  readonly json?: true;
}

export function filesCommand(): Command {
  const command = new Command('files');
  command
    .command('list')
    .description('every file, with what is known of it: whose it is, its batch, and whether it is needed')
    .option('--json', 'as JSON')
    .action(list);
  command
    .command('clean')
    .description('delete the files of this installation that `files list` shows as not needed, and no other')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'as JSON')
    .action(clean);
  return command;
}

async function list({ json }: Flags): Promise<void> {
  const files = await withProvider(read);
  if (json) printJson(files.map(fileJson));
  else process.stdout.write(filesText(files, terminalColumns()));
}

async function clean({ yes, json }: Flags & { readonly yes?: true }): Promise<void> {
  const say = sayBeside(json);
  await withProvider(async (engine) => {
    const unneeded = (await read(engine)).filter(({ use }) => use === 'not-needed');
    if (unneeded.length === 0) {
      say('every file of this installation is needed, or nobody can tell');
      if (json) printJson({ deleted: [], left: [] });
      return;
    }
    if (yes !== true) {
      const question = `delete ${formatQuantity(unneeded.length, 'file')} (${formatBytes(sizeOf(unneeded))}) at the provider that no batch needs?`;
      await confirm('files clean', question, { from: process.stdin, to: messagesBeside(json) });
    }
    const { deleted, left } = await cleanFiles(engine, unneeded);
    for (const { file, reason } of left) say(`${kindNames[file.kind]} ${file.id} was left: ${reason}`);
    say(`${formatQuantity(deleted.length, 'file')} deleted (${formatBytes(sizeOf(deleted))})`);
    if (json) {
      const kept = left.map(({ file, reason }) => ({ id: file.id, reason }));
      printJson({ deleted: deleted.map(({ id }) => id), left: kept });
    }
    if (left.length > 0) process.exitCode = exitCodes.someFailed;
  });
}

async function read(engine: Engine): Promise<KnownFile[]> {
  const since = new Date(engine.clock.now().getTime() - oldestOfFilesMs);
  return readFiles(engine, await listAccount(engine, since));
}

function fileJson({ owner, createdAt, ...file }: KnownFile): Record<string, unknown> {
  const { whose } = owner;
  const batchId = whose === 'ours' ? owner.batchId : null;
  const installation = whose === 'other-installation' ? owner.installation : null;
  return { ...file, createdAt: createdAt?.toISOString() ?? null, whose, installation, batchId };
}
