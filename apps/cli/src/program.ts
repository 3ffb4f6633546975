import { Command } from 'commander';
import { commands, type CommandEntry, type Doing } from './commands.js';
import type { ExitCode, Shell } from './shell.js';
import { version } from './version.js';

export interface ProgramOptions {
  readonly shell: Shell;
  /** Called when a command is done. */
  readonly exitWith: (code: ExitCode) => void;
}

/** The `batchmill` command, with those commands whole whose names are among `words`, and only named the others. */
export async function createProgram(words: readonly string[], { shell, exitWith }: ProgramOptions): Promise<Command> {
  const program = new Command('batchmill')
    .description('Documents out of MongoDB, through the OpenAI Batch API at half price, into Milvus and back.')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void shell.out.write(text),
      writeErr: (text) => void shell.err.write(text),
      getOutHelpWidth: () => shell.out.columns ?? 80,
      getErrHelpWidth: () => shell.err.columns ?? 80,
    })
    .addHelpText('after', `\n${examples()}\n\nSettings: docs/reference/settings.md`);
  const doing: Doing = (action) => async (...given) => exitWith(await action(shell, ...given));
  for (const entry of commands) {
    if (words.includes(entry.name)) (await entry.load())(program, doing);
    else program.command(entry.name).description(entry.summary);
  }
  return program;
}

/** The names of commands that the arguments may mean. */
export function wordsOf(argv: readonly string[]): string[] {
  return argv.filter((word) => commands.some(({ name }: CommandEntry) => name === word));
}

function examples(): string {
  return `Examples:\n${commands.map(({ example }) => `  ${example}`).join('\n')}`;
}
