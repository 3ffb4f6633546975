import { eventually } from '@batchmill/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A command line that a user leaves running, with its children as one group. */
export class UserProcess {
  #output = '';

  private constructor(
    readonly line: string,
    private readonly child: ChildProcess,
    private readonly closed: Promise<unknown>,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  static start(line: string, cwd: string, env: NodeJS.ProcessEnv): UserProcess {
    const child = spawn('sh', ['-c', line], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    return new UserProcess(line, child, once(child, 'close'));
  }

  /** Resolves when the text was printed. */
  async printed(text: string): Promise<void> {
    await eventually(`"${text}" printed by ${this.line}`, () => {
      if (this.child.exitCode === null) return this.#output.includes(text);
      throw new Error(`${this.line} ended with ${this.child.exitCode}:\n${this.#output}`);
    });
  }

  /** Stops it as a service manager does. Resolves when no process of it is left. */
  async stop(): Promise<void> {
    const { pid } = this.child;
    if (pid !== undefined && this.child.exitCode === null) process.kill(-pid, 'SIGTERM');
    await this.closed;
  }
}
