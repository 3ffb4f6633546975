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

/** Runs a command in this process on a home. Captures what it prints. */
export async function runBatchmill(home: string, args: readonly string[]): Promise<CommandResult> {
  let out = '';
  let err = '';
  const before = { BATCHMILL_HOME: process.env['BATCHMILL_HOME'], OPENAI_BASE_URL: process.env['OPENAI_BASE_URL'] };
  Object.assign(process.env, { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated' });
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
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  }
}
