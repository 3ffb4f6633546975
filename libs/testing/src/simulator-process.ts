import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const main = join(import.meta.dirname, '../../../packages/bundle/dist/simulator.js');

export interface Ledger {
  readonly requests: number;
  readonly twice: readonly unknown[];
  readonly files: readonly unknown[];
  readonly batches: readonly { readonly status: string; readonly requests: number; readonly billed: number }[];
}

/** The simulator as a process of its own. For services it is a provider like any other. */
export class SimulatorProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(data: string, ...flags: string[]): Promise<SimulatorProcess> {
    const args = ['--disable-warning=ExperimentalWarning', main, '--port', '0', '--data', data, ...flags];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /http:\/\/[^\s/]+/.exec(line)?.[0];
      if (url === undefined) continue;
      child.stdout.resume();
      return new SimulatorProcess(child, url);
    }
    throw new Error('the simulator ended before it printed its address');
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error('the simulator was never started');
    return pid;
  }

  async ledger(): Promise<Ledger> {
    return (await this.ask('GET', '/admin/ledger')) as Ledger; // the simulator's own tests check its shape
  }

  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  /** Stops the process until it is thawed. Then it answers what was sent meanwhile. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
