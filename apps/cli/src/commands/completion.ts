import { Argument, Command } from 'commander';
import { candidatesFor } from '../completion/candidates.js';
import { scripts, shells } from '../completion/scripts.js';
import { valuesOf } from '../completion/values.js';

export function completionCommand(): Command {
  return new Command('completion')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: keyof typeof scripts) => void process.stdout.write(scripts[shell]));
}

/** What these scripts ask. `programOf` returns the command line with the command that the words call. */
export function completeCommand(programOf: (words: readonly string[]) => Promise<Command>): Command {
  return new Command('complete').argument('[words...]').action(async (words: readonly string[]) => {
    const found = await candidatesFor(await programOf(words.slice(0, -1)), words, valuesOf);
    for (const { value, description } of found) process.stdout.write(`${value}\t${description}\n`);
  });
}
