import { ValidationError } from '@batchmill/contracts';
import { translateFlags } from './flags-to-verbs.js';
import { calledIn, program } from './program.js';

/** Runs the command that the user typed, by verbs or by flags alone. */
export async function parseArguments(typed: readonly string[]): Promise<void> {
  const { args, lacksPipeline } = translateFlags(typed);
  const called = calledIn(args);
  // Before the command is loaded. The help and the completion, for which a user waits at the prompt, are quicker without.
  if (called !== undefined && called !== 'complete') (await import('@batchmill/telemetry')).startTracing();
  const [verb = '', ...rest] = args;
  const words = lacksPipeline ? [verb, await defaultPipeline(), ...rest] : args;
  const root = await program(words);
  await root.parseAsync(words, { from: 'user' });
}

async function defaultPipeline(): Promise<string> {
  const { settingsHere, withEngine } = await import('./with-engine.js');
  const { defaultPipeline: name } = settingsHere().installation;
  if (name !== null) return name;
  const names = await withEngine((engine) => Promise.resolve(engine.pipelines.names()));
  throw new ValidationError(
    'command.no-pipeline',
    `--batch: found no --pipeline and no setting DEFAULT_PIPELINE, expected one of\n${names.map((each) => `  ${each}\n`).join('')}`.trimEnd(),
  );
}
