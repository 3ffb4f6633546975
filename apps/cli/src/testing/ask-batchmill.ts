import { jest } from '@jest/globals';
import { isBatchmillError } from '@batchmill/contracts';
import { CommanderError } from 'commander';
import { parseArguments } from '../parse-arguments.js';

export interface Asked {
  /** What a script sees: 0, or what the command or its error ends with. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process on a home, as the user who types it would see it. */
export async function askBatchmill(home: string, args: readonly string[]): Promise<Asked> {
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
