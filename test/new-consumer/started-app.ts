import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const startsWithinMs = 180_000;

/** A built app of a copy of the repository, in its own process, on embedded stores. */
export class StartedApp {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves when the app logs "running". */
  static async start(folder: string, app: string, env: Readonly<Record<string, string>>): Promise<StartedApp> {
    const args = ['--disable-warning=ExperimentalWarning', join(folder, 'packages/bundle/dist', `${app}.js`)];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], PORT: '0', OPENAI_BASE_URL: 'simulated', ...env },
    });
    const late = setTimeout(() => child.kill('SIGKILL'), startsWithinMs);
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /"url":"([^"]+)".*"running"/.exec(line) ?? [];
      if (url === undefined) continue;
      clearTimeout(late);
      child.stdout.resume();
      return new StartedApp(url.replace('0.0.0.0', '127.0.0.1').replace('[::]', '127.0.0.1'), child);
    }
    throw new Error(`${app} ended before it was running`);
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.url}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Stops it gracefully; its exit code. */
  async stop(): Promise<number | null> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
    return this.child.exitCode;
  }
}
