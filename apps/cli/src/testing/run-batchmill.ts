import { jest } from '@jest/globals';
import { isBatchmillError } from '@batchmill/contracts';
import { CommanderError } from 'commander';
import { parseArguments } from '../parse-arguments.js';

export interface CommandResult {
  /** The exit code. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process on a home, with further variables of the environment. Captures what it prints. */
export async function runBatchmill(
  home: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  let out = '';
  let err = '';
  const variables = { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated', ...more };
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => ((out += String(chunk)), true)),
    jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => ((err += String(chunk)), true)),
  ];
  try {
    await parseArguments(args);
    return { code: Number(process.exitCode ?? 0), out, err };
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode, out, err };
    if (isBatchmillError(error)) return { code: 1, out, err: `${err}${error.message}\n` };
    throw error;
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.exitCode = 0;
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
