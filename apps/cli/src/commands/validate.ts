import { tryConsumerFiles } from '@batchmill/consumer';
import { isBatchmillError } from '@batchmill/contracts';
import { loadPipelines, type Settings } from '@batchmill/service';
import { Command } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { formatPath, formatQuantity } from '../show/format.js';
import { printJson } from '../show/output.js';
import { settingsHere } from '../with-engine.js';

/** What was found in a folder. */
interface Checked {
  readonly folder: string;
  readonly names: readonly string[];
  readonly problems: readonly string[];
}

export function validateCommand(): Command {
  return new Command('validate').option('--json', 'as JSON').action(validate);
}

async function validate({ json }: { readonly json?: true }): Promise<void> {
  const settings = settingsHere();
  const pipelines = await checkPipelines(settings);
  const consumers = await checkConsumers(settings);
  const problems = [...pipelines.problems, ...consumers.problems];
  if (problems.length > 0) process.exitCode = exitCodes.didNotRun;
  if (json) {
    const { folder, names } = pipelines;
    printJson({ folder, pipelines: names, consumers: consumers.names, problems });
  } else if (problems.length > 0) process.stderr.write(`${problems.join('\n')}\n`);
  else {
    process.stdout.write(text(pipelines, 'pipeline'));
    // Most projects have none.
    if (consumers.names.length > 0) process.stdout.write(text(consumers, 'consumer'));
  }
}

async function checkPipelines(settings: Settings): Promise<Checked> {
  const { pipelines: folder } = settings.installation;
  return loadPipelines(settings).then(
    (pipelines) => ({ folder, names: pipelines.names(), problems: [] }),
    (error: unknown) => ({ folder, names: [], problems: problemsOf(error) }),
  );
}

async function checkConsumers({ installation: { consumers: folder } }: Settings): Promise<Checked> {
  return tryConsumerFiles(folder).then(
    ({ consumers, problems }) => ({
      folder,
      names: consumers.map(({ name }) => name),
      problems: problems.flatMap(({ message }) => message.split('\n')),
    }),
    (error: unknown) => ({ folder, names: [], problems: problemsOf(error) }),
  );
}

/** One per line of the message. Throws what is not about the folder. */
function problemsOf(error: unknown): string[] {
  if (!isBatchmillError(error)) throw error;
  return error.message.split('\n');
}

function text({ folder, names }: Checked, kind: string): string {
  const count = formatQuantity(names.length, kind);
  return `${formatPath(folder)}: ${count}, no mistakes\n${names.map((name) => `  ${name}\n`).join('')}`;
}
