import { eventually } from '@batchmill/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const launcher = join(import.meta.dirname, '../../../../packages/bundle/bin/batchmill.js');
const main = join(import.meta.dirname, '../../../../packages/bundle/dist/cli.js');

interface StartOptions {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The file descriptor for its output, or `pipe` to read it here. */
  readonly out?: number | 'pipe';
}

/** The built command as a process of its own. */
export class CommandProcess {
  #output = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly exited: Promise<number | NodeJS.Signals>,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    }
  }

  /** Starts it as a user does: the launcher, and the command as its child. */
  static launch(cwd: string, args: readonly string[], env: StartOptions['env']): CommandProcess {
    return CommandProcess.#start(launcher, { cwd, args, env });
  }

  /** Starts it without the launcher, so that a signal reaches the command itself. */
  static start(cwd: string, args: readonly string[], env: StartOptions['env']): CommandProcess {
    return CommandProcess.#start(main, { cwd, args, env });
  }

  /** Starts it without the launcher, with its output to a file. */
  static startInto(out: number, cwd: string, args: readonly string[], env: StartOptions['env']): CommandProcess {
    return CommandProcess.#start(main, { cwd, args, env, out });
  }

  static #start(script: string, { cwd, args, env, out = 'pipe' }: StartOptions): CommandProcess {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', out, 'pipe'],
    });
    const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    return new CommandProcess(child, exited);
  }

  /** Closes the pipe of its output, as `head` does when it has enough. */
  closeOutput(): void {
    this.child.stdout?.destroy();
  }

  /** Everything that it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when the text was printed. */
  async printed(text: string): Promise<void> {
    await eventually(`"${text}" printed`, () => this.#output.includes(text));
  }

  /** Sends a signal to this process alone, as `kill` does. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the exit code, or with the signal that ended it. */
  async exit(): Promise<number | NodeJS.Signals> {
    return this.exited;
  }
}
