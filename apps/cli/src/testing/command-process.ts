import { eventually } from '@batchmill/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const launcher = join(import.meta.dirname, '../../bin/batchmill.js');
const main = join(import.meta.dirname, '../../dist/main.js');

interface Started {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** An open file that its output goes to; missing: it is read here. */
  readonly out?: number | 'pipe';
}

/** The built command as a process of its own. */
export class CommandProcess {
  #said = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly exited: Promise<number | NodeJS.Signals>,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    }
  }

  /** As a user starts it: a launcher, and the command as its child. */
  static launch(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): CommandProcess {
    return CommandProcess.#start(launcher, { cwd, args, env });
  }

  /** Without the launcher: a signal reaches the command itself. */
  static start(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): CommandProcess {
    return CommandProcess.#start(main, { cwd, args, env });
  }

  static #start(script: string, { cwd, args, env, out = 'pipe' }: Started): CommandProcess {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', out, 'pipe'],
    });
    const exited = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    return new CommandProcess(child, exited);
  }

  /** Without the launcher, its output to a file. */
  static startInto(out: number, cwd: string, args: readonly string[], env: Started['env']): CommandProcess {
    return CommandProcess.#start(main, { cwd, args, env, out });
  }

  /** Reads no more of its output, as `head` does when it has enough. */
  hangUp(): void {
    this.child.stdout?.destroy();
  }

  get said(): string {
    return this.#said;
  }

  async says(what: string): Promise<void> {
    await eventually(`"${what}" said`, () => this.#said.includes(what));
  }

  /** To this process alone, as `kill` does. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the exit code, or the signal that ended it. */
  async ends(): Promise<number | NodeJS.Signals> {
    return this.exited;
  }
}
