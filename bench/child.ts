import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Nothing of the caller's settings reaches a child: only what is said here. */
export function startChild(arguments_: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...arguments_], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resolves with what a child says until it ends. Rejects when it fails, or takes longer. */
export async function outputOf(child: ChildProcess, withinMs: number): Promise<string> {
  const overdue = setTimeout(() => child.kill('SIGKILL'), withinMs);
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(overdue);
  if (code === 0) return output;
  throw new Error(`${child.spawnargs.join(' ')} ended with ${signal ?? code}\n${output}`);
}

/** Resolves with the first line that a child says. */
export async function firstLineOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('a child without an output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error(`${child.spawnargs.join(' ')} ended before it was ready`);
}
