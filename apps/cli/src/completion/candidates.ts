import type { Command, Option } from 'commander';

/** What can stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** The values of an argument or option, by its name (`pipeline`, `stages`) or long flag (`--endpoint`). */
export type ValuesOf = (name: string) => Promise<readonly string[]>;

/**
 * The words that can stand at the end of a command line. `words` are those behind `batchmill`, up to the one in which the
 * cursor is, which may be empty. Empty where anything can stand, such as the name of a file.
 */
export async function candidatesFor(
  program: Command,
  words: readonly string[],
  valuesOf: ValuesOf,
): Promise<Candidate[]> {
  const begun = words.at(-1) ?? '';
  const { command, positions, option } = readWords(program, words.slice(0, -1));
  const all = await candidatesIn(command, positions, option, begun, valuesOf);
  return all.filter(({ value }) => value.startsWith(begun));
}

interface Place {
  readonly command: Command;
  /** How many arguments stand before the cursor. */
  readonly positions: number;
  /** The option whose value is expected. */
  readonly option: Option | null;
}

function readWords(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, positions: 0, option: null };
  for (const word of words) place = nextPlace(place, word);
  return place;
}

function nextPlace({ command, positions, option }: Place, word: string): Place {
  if (word.startsWith('-')) {
    const named = command.options.find(({ long, short }) => word === long || word === short);
    return { command, positions, option: named?.required === true || named?.optional === true ? named : null };
  }
  if (option !== null) return { command, positions, option: option.variadic ? option : null };
  const inner = positions === 0 ? command.commands.find((one) => one.name() === word) : undefined;
  return inner === undefined
    ? { command, positions: positions + 1, option: null }
    : { command: inner, positions: 0, option: null };
}

async function candidatesIn(
  command: Command,
  positions: number,
  option: Option | null,
  begun: string,
  valuesOf: ValuesOf,
): Promise<Candidate[]> {
  const help = command.createHelp();
  if (begun.startsWith('-'))
    return help.visibleOptions(command).map(({ long, description }) => ({ value: long ?? '', description }));
  if (option !== null) return (await valuesOf(option.long ?? '')).map(bare);
  if (positions === 0 && command.commands.length > 0)
    return help.visibleCommands(command).map((one) => ({ value: one.name(), description: one.description() }));
  const { registeredArguments: expected } = command;
  const argument = expected[positions] ?? (expected.at(-1)?.variadic === true ? expected.at(-1) : undefined);
  return argument === undefined ? [] : (await valuesOf(argument.name())).map(bare);
}

function bare(value: string): Candidate {
  return { value, description: '' };
}
