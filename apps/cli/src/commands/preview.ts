import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { previewJson } from '../preview/preview-json.js';
import { previewRun } from '../preview/preview-run.js';
import { previewText } from '../preview/preview-text.js';
import { askedBy, withRunFlags, type RunFlags } from '../run-options.js';
import { screenColumns } from '../show/screen-columns.js';
import { withLine } from '../with-engine.js';

const documentsUnlessSaid = 3;

interface Flags extends RunFlags {
  readonly json?: true;
}

export function previewCommand(): Command {
  const command = new Command('preview')
    .description(
      'the prompts of the first documents as they would be sent, and what these would cost; sends and writes nothing. ' +
        'Three documents when --limit does not say how many',
    )
    .argument('<pipeline>');
  return withRunFlags(command).option('--json', 'as JSON, prompts whole').action(preview);
}

/** Ends with 3 when there is a document that cannot be asked, or whose answer could not be written. */
async function preview(name: string, { json, ...flags }: Flags): Promise<void> {
  const shown = await withLine((engine) =>
    previewRun(engine, name, askedBy(flags), flags.limit ?? documentsUnlessSaid),
  );
  process.stdout.write(json ? `${JSON.stringify(previewJson(shown))}\n` : previewText(shown, screenColumns()));
  if (shown.documents.some(({ failures, unwritable }) => failures.length + unwritable.length > 0))
    process.exitCode = exitCodes.someFailed;
}
