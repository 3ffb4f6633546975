import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface CommandResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built command as a user would. Sends Ctrl-C once the output matches `interruptWhen`. */
export async function batchmill(
  cwd: string,
  args: readonly string[],
  { env = {}, interruptWhen }: { env?: Record<string, string>; interruptWhen?: RegExp } = {},
): Promise<CommandResult> {
  return runNode(join(root, 'apps/cli/dist/main.js'), args, { cwd, env, ...(interruptWhen && { interruptWhen }) });
}

/** Runs the demo in a folder. */
export async function demo(cwd: string): Promise<CommandResult> {
  return runNode(join(root, 'apps/cli/dist/demo/main.js'), [], { cwd, env: {} });
}

async function runNode(
  main: string,
  args: readonly string[],
  { cwd, env, interruptWhen }: { cwd: string; env: Record<string, string>; interruptWhen?: RegExp },
): Promise<CommandResult> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let isInterrupted = false;
  const interruptOnMatch = (): void => {
    if (isInterrupted || interruptWhen === undefined || !interruptWhen.test(out + err)) return;
    isInterrupted = true;
    child.kill('SIGINT');
  };
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    interruptOnMatch();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    interruptOnMatch();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}
