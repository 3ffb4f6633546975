import { Command } from 'commander';
import { commands, type CommandEntry } from './commands.js';
import { ownVersion } from './init/own-package.js';

/** What shells ask: the help does not show it. */
const complete: CommandEntry = {
  name: 'complete',
  description: 'print the words that can stand at the end of a command line',
  load: async () => (await import('./commands/completion.js')).completeCommand(program),
};

/** The command line, with the whole of the command that `words` call. Of the others it has the name and the description. */
export function program(words: readonly string[]): Promise<Command> {
  const called = calledIn(words);
  return programWith(({ name }) => name === called);
}

/** The whole command line. The reference of commands is printed from it. */
export function wholeProgram(): Promise<Command> {
  return programWith(() => true);
}

/** The name of the command that is called, or whose help is asked for. */
export function calledIn(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-') && word !== 'help');
}

async function programWith(isLoaded: (entry: CommandEntry) => boolean): Promise<Command> {
  const root = new Command('batchmill')
    .description('Documents through the OpenAI Batch API at half price: vectors and answers, nothing paid twice.')
    .version(ownVersion)
    .addHelpText(
      'after',
      '\nFlags such as --batch, --batch-status and --batch-list work too: docs/how-to/from-your-flags.md',
    );
  for (const entry of [...commands, complete]) {
    const command = isLoaded(entry) ? await entry.load() : new Command(entry.name);
    root.addCommand(command.description(entry.description), { hidden: entry === complete });
  }
  return withErrorHelp(root, root.name());
}

/** Makes commander throw its errors, so that `main.ts` handles them, and adds where to find help. */
function withErrorHelp(command: Command, path: string): Command {
  command.exitOverride().showHelpAfterError(`(see ${path} --help)`);
  for (const inner of command.commands) withErrorHelp(inner, `${path} ${inner.name()}`);
  return command;
}
