import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A Node program. A child does not inherit the caller's settings, only PATH and HOME. */
export function startChild(arguments_: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  return startProgram(process.execPath, ['--disable-warning=ExperimentalWarning', ...arguments_], env);
}

export function startProgram(
  program: string,
  arguments_: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(program, [...arguments_], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Resolves with the output of a child that ends with 0. Rejects when it fails or takes longer than `withinMs`. */
export async function outputOf(child: ChildProcess, withinMs: number): Promise<string> {
  const overdue = setTimeout(() => child.kill('SIGKILL'), withinMs);
  let output = '';
  let reported = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (reported += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(overdue);
  if (code === 0) return output;
  throw new Error(`${child.spawnargs.join(' ')} ended with ${signal ?? code}\n${output}${reported}`);
}

/** Resolves with the first line that a child prints. */
export async function firstLineOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('a child without an output');
  child.stderr?.pipe(process.stderr);
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error(`${child.spawnargs.join(' ')} ended before it was ready`);
}
