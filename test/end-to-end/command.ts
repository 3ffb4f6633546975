import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandOptions {
  readonly env?: Record<string, string>;
  /** What the command reads from standard input. Default: nothing. */
  readonly input?: string;
  /** Ctrl-C is sent once the output matches it. */
  readonly interruptWhen?: RegExp;
  /** `kill -9` is sent once the output matches it. */
  readonly killWhen?: RegExp;
}

/** Runs the built command as a user would. */
export async function batchmill(
  cwd: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return runNode(join(root, 'packages/bundle/dist/cli.js'), args, cwd, options);
}

/** Runs the demo in a folder. */
export async function demo(cwd: string): Promise<CommandResult> {
  return runNode(join(root, 'apps/cli/dist/demo/main.js'), [], cwd, {});
}

async function runNode(
  main: string,
  args: readonly string[],
  cwd: string,
  { env = {}, input, interruptWhen, killWhen }: CommandOptions,
): Promise<CommandResult> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A command that does not read its input may end first.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  let out = '';
  let err = '';
  let isSignalled = false;
  const signalOnMatch = (): void => {
    const signal = interruptWhen?.test(out + err) === true ? 'SIGINT' : 'SIGKILL';
    if (isSignalled || (signal === 'SIGKILL' && killWhen?.test(out + err) !== true)) return;
    isSignalled = true;
    child.kill(signal);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    signalOnMatch();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    signalOnMatch();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
