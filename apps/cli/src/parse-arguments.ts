import { ValidationError } from '@batchmill/contracts';
import { program } from './program.js';
import { verbsOfFlags } from './verbs-of-flags.js';
import { settingsHere, withLine } from './with-engine.js';

/** Carries out what was typed, by verbs or by flags alone. */
export async function parseArguments(typed: readonly string[]): Promise<void> {
  const { args, lacksPipeline } = verbsOfFlags(typed);
  const [verb = '', ...rest] = args;
  const words = lacksPipeline ? [verb, await defaultPipeline(), ...rest] : args;
  await program().parseAsync(words, { from: 'user' });
}

async function defaultPipeline(): Promise<string> {
  const { defaultPipeline: name } = settingsHere().installation;
  if (name !== null) return name;
  const names = await withLine((engine) => Promise.resolve(engine.pipelines.names()));
  throw new ValidationError(
    'command.no-pipeline',
    `--batch: found no --pipeline and no setting DEFAULT_PIPELINE, wanted one of\n${names.map((each) => `  ${each}\n`).join('')}`.trimEnd(),
  );
}
