import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const root = join(import.meta.dirname, '../../..');
const startTimeoutMs = 600_000;

/** A service as a process of its own. */
export class ServiceProcess {
  /** The last lines of its log, for the message of a failed test. */
  readonly lines: string[] = [];
  private ready = Promise.withResolvers<string>();

  private constructor(
    readonly name: string,
    private readonly child: ChildProcessByStdio<null, Readable, Readable>,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.record(line));
    }
    child.once('exit', (code, signal) => {
      this.ready.reject(
        new Error(`${name} ended with ${signal ?? code} before it was ready:\n${this.lines.join('\n')}`),
      );
    });
    this.ready.promise.catch(() => undefined);
  }

  /** Resolves when the service is running. `main` replaces its program. */
  static async start(
    name: string,
    env: Readonly<Record<string, string>>,
    main = join(root, 'packages/bundle/dist', `${name}.js`),
  ): Promise<ServiceProcess> {
    if (!existsSync(main)) throw new Error(`${main} is missing: run "npm run build" first`);
    const flags = [
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning',
      '--max-semi-space-size=4',
      '--heap-growing-percent=100',
    ];
    const child = spawn(process.execPath, [...flags, main], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], PORT: '0', ...env },
    });
    const service = new ServiceProcess(name, child);
    await service.untilReady();
    return service;
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error(`${this.name} was never started`);
    return pid;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Gets one of its HTTP paths. */
  async ask(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`${await this.ready.promise}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Posts JSON to one of its HTTP paths. */
  async post(path: string, body: string): Promise<{ status: number }> {
    const headers = { 'content-type': 'application/json' };
    const { status } = await fetch(`${await this.ready.promise}${path}`, { method: 'POST', headers, body });
    return { status };
  }

  /** The sum of a counter over all of its labels, from `/metrics`. */
  async counted(counter: string): Promise<number> {
    const { text } = await this.ask('/metrics');
    const values = text.split('\n').filter((line) => line.startsWith(`${counter}{`) || line.startsWith(`${counter} `));
    return values.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Stops the process until it is thawed. It does not notice that time passes. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Resolves with how it ended. */
  async end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: string | null }> {
    if (this.isRunning) {
      const ended = once(this.child, 'exit');
      this.child.kill(signal);
      await ended;
    }
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }

  private record(line: string): void {
    this.lines.push(line);
    if (this.lines.length > 200) this.lines.shift();
    const found = /"url":"([^"]+)".*"running"/.exec(line);
    if (found?.[1] !== undefined) this.ready.resolve(found[1].replace(/\[::\]|0\.0\.0\.0/, '127.0.0.1'));
  }

  private async untilReady(): Promise<void> {
    const timeout = setTimeout(
      () => this.ready.reject(new Error(`${this.name} did not start in time:\n${this.lines.join('\n')}`)),
      startTimeoutMs,
    );
    try {
      await this.ready.promise;
    } catch (error) {
      await this.end('SIGKILL');
      throw error;
    } finally {
      clearTimeout(timeout);
    }
  }
}
