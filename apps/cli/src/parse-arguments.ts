import { ValidationError } from '@batchmill/contracts';
import { translateFlags } from './flags-to-verbs.js';
import { program } from './program.js';
import { settingsHere, withEngine } from './with-engine.js';

/** Runs the command that the user typed, by verbs or by flags alone. */
export async function parseArguments(typed: readonly string[]): Promise<void> {
  const { args, lacksPipeline } = translateFlags(typed);
  const [verb = '', ...rest] = args;
  const words = lacksPipeline ? [verb, await defaultPipeline(), ...rest] : args;
  await program().parseAsync(words, { from: 'user' });
}

async function defaultPipeline(): Promise<string> {
  const { defaultPipeline: name } = settingsHere().installation;
  if (name !== null) return name;
  const names = await withEngine((engine) => Promise.resolve(engine.pipelines.names()));
  throw new ValidationError(
    'command.no-pipeline',
    `--batch: found no --pipeline and no setting DEFAULT_PIPELINE, expected one of\n${names.map((each) => `  ${each}\n`).join('')}`.trimEnd(),
  );
}
