import { Argument, Command } from 'commander';
import { candidatesFor } from '../completion/candidates.js';
import { scripts, shells } from '../completion/scripts.js';
import { valuesOf } from '../completion/values.js';

export function completionCommand(): Command {
  return new Command('completion')
    .description('print what makes a shell complete this command; in bash: source <(batchmill completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: keyof typeof scripts) => void process.stdout.write(scripts[shell]));
}

/** What these scripts ask. `programOf` returns the whole command line. */
export function completeCommand(programOf: () => Command): Command {
  return new Command('complete')
    .description('print the words that can stand at the end of a command line')
    .argument('[words...]')
    .action(async (words: readonly string[]) => {
      for (const { value, description } of await candidatesFor(programOf(), words, valuesOf))
        process.stdout.write(`${value}\t${description}\n`);
    });
}
