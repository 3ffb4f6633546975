import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A simulator in a process of its own, from these sources. */
export interface Child {
  readonly url: string;
  readonly process: ChildProcessWithoutNullStreams;
  /** Sends the signal and waits for the end; the exit code, null when the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const hooks = new URL('../run-from-source.ts', import.meta.url).href;
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export async function startChild(args: readonly string[]): Promise<Child> {
  const child = spawnSimulator(args);
  const lines = createInterface(child.stdout);
  const first: unknown = await Promise.race([
    once(lines, 'line').then(([line]: unknown[]) => line),
    once(child, 'exit').then(() => undefined),
  ]);
  const url = /https?:\S+/.exec(String(first))?.[0];
  if (url === undefined) throw new Error(`The simulator did not start: ${String(first)}`);
  return {
    url,
    process: child,
    end: async (signal) => {
      const exited = once(child, 'exit');
      child.kill(signal);
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}

/** For a process that ends by itself. */
export async function runChild(args: readonly string[]): Promise<Ended> {
  const child = spawnSimulator(args);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

function spawnSimulator(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', hooks, main, ...args]);
}
