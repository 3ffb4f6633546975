import { isBatchmillError } from '@batchmill/contracts';
import { loadPipelines } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { formatPath, formatQuantity } from '../show/format.js';
import { printJson } from '../show/output.js';
import { settingsHere } from '../with-engine.js';

export function validateCommand(): Command {
  return new Command('validate')
    .description('check the settings and every pipeline as the start does; calls no server and sends nothing')
    .option('--json', 'as JSON')
    .action(validate);
}

async function validate({ json }: { readonly json?: true }): Promise<void> {
  const settings = settingsHere();
  const { pipelines: folder } = settings.installation;
  const { names, problems } = await loadPipelines(settings).then(
    (pipelines) => ({ names: pipelines.names(), problems: [] }),
    (error: unknown) => ({ names: [], problems: problemsOf(error) }),
  );
  if (problems.length > 0) process.exitCode = exitCodes.didNotRun;
  if (json) printJson({ folder, pipelines: names, problems });
  else if (problems.length > 0) process.stderr.write(`${problems.join('\n')}\n`);
  else {
    const count = formatQuantity(names.length, 'pipeline');
    process.stdout.write(
      `${formatPath(folder)}: ${count}, no mistakes\n${names.map((name) => `  ${name}\n`).join('')}`,
    );
  }
}

/** One per line of the message. Throws what is not about the pipelines. */
function problemsOf(error: unknown): string[] {
  if (!isBatchmillError(error)) throw error;
  return error.message.split('\n');
}
