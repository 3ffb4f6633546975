import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { previewJson } from '../preview/preview-json.js';
import { previewRun } from '../preview/preview-run.js';
import { previewText } from '../preview/preview-text.js';
import { runOptionsFrom, withRunFlags, type RunFlags } from '../run-options.js';
import { printJson } from '../show/output.js';
import { terminalColumns } from '../show/terminal.js';
import { withEngine } from '../with-engine.js';

const defaultDocuments = 3;

interface Flags extends RunFlags {
  readonly json?: true;
}

export function previewCommand(): Command {
  const command = new Command('preview').argument('<pipeline>');
  return withRunFlags(command).option('--json', 'as JSON, with whole prompts').action(preview);
}

/** Exits with 3 when a request cannot be made or an answer could not be written. */
async function preview(name: string, { json, ...flags }: Flags): Promise<void> {
  const shown = await withEngine((engine) =>
    previewRun(engine, name, runOptionsFrom(flags), flags.limit ?? defaultDocuments),
  );
  if (json) printJson(previewJson(shown));
  else process.stdout.write(previewText(shown, terminalColumns()));
  if (shown.documents.some(({ failures, unwritable }) => failures.length + unwritable.length > 0))
    process.exitCode = exitCodes.someFailed;
}
