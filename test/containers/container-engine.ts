import { spawn } from 'node:child_process';
import { join } from 'node:path';

const script = join(import.meta.dirname, 'containers.sh');

export interface Output {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A container, as far as the tests need what `docker inspect` says of it. */
export interface Container {
  readonly Id: string;
  /** The id of its image. */
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: 'created' | 'running' | 'restarting' | 'exited' | 'dead' | 'paused';
    /** Of its process 1, on the machine of the engine; 0 while it does not run. */
    readonly Pid: number;
    readonly ExitCode: number;
    readonly Health?: {
      readonly Status: 'starting' | 'healthy' | 'unhealthy';
      /** The last checks. The times are ISO 8601. */
      readonly Log: readonly { readonly Start: string; readonly End: string; readonly ExitCode: number }[];
    };
  };
}

/**
 * The container engine of this machine, with the images that it pulls. Where none answers, containers.sh brings one, with
 * stand-ins for the images of others.
 */
export class ContainerEngine {
  private constructor(
    private readonly env: Readonly<Record<string, string | undefined>>,
    private readonly isStartedHere: boolean,
  ) {}

  /** `composeFiles`: the images that they use will be there. Bringing an engine takes up to twelve minutes the first time. */
  static async start(composeFiles: readonly string[]): Promise<ContainerEngine> {
    const version = await run('docker', ['version', '--format', '{{.Server.Version}}'], { env: process.env });
    if (version.code === 0) {
      say(`docker ${version.out.trim()} of this machine, with the images that it pulls`);
      return new ContainerEngine(process.env, false);
    }
    const isUp = (await run('bash', [script, 'status'], { env: process.env })).code === 0;
    if (!isUp) for (const verb of ['install', 'up']) await containers(verb);
    await containers('images', ...composeFiles);
    const lines = (await containers('env')).matchAll(/^export (\w+)=(.*)$/gm);
    const env: Record<string, string | undefined> = { ...process.env };
    for (const [, name = '', value = ''] of lines) env[name] = value.replace('$PATH', process.env['PATH'] ?? '');
    return new ContainerEngine(env, !isUp);
  }

  /** Resolves also when the command fails. */
  async call(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}): Promise<Output> {
    const { cwd = '/', env = {} } = options;
    return run('docker', args, { cwd, env: { ...this.env, ...env } });
  }

  /** Resolves with what it printed to standard output. Rejects when it fails. */
  async docker(...args: readonly string[]): Promise<string> {
    return outOf(await this.call(args), `docker ${args.join(' ')}`);
  }

  async inspect(ids: readonly string[]): Promise<Container[]> {
    return ids.length === 0 ? [] : (JSON.parse(await this.docker('inspect', ...ids)) as Container[]);
  }

  /** The id of an image; null when there is none of this name. */
  async imageId(name: string): Promise<string | null> {
    const { code, out } = await this.call(['image', 'inspect', '--format', '{{.Id}}', name]);
    return code === 0 ? out.trim() : null;
  }

  /**
   * Sends SIGKILL to a process by its pid on the engine's machine, which may be a virtual one. So does the kernel when there is
   * no memory. From inside, process 1 cannot be killed. `image` is any that has a shell.
   */
  async killProcess(pid: number, image: string): Promise<void> {
    const command = ['--entrypoint', 'sh', image, '-c', `kill -9 ${pid}`];
    await this.docker('run', '--rm', '--pid', 'host', '--user', '0', ...command);
  }

  /** Ends an engine that `start` brought. Another one stays as it is. */
  async stop(): Promise<void> {
    if (this.isStartedHere) await containers('down');
  }
}

/** Rejects with everything that was printed when the command failed. */
export function outOf({ code, out, err }: Output, command: string): string {
  if (code !== 0) throw new Error(`${command} ended with ${code ?? 'a signal'}:\n${out}${err}`);
  return out;
}

export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env: Readonly<Record<string, string | undefined>>; onText?: (text: string) => void },
): Promise<Output> {
  const { promise, resolve } = Promise.withResolvers<Output>();
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (printed.out += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    printed.err += part;
    options.onText?.(part);
  });
  // A command that is not installed is one that fails.
  child.once('error', (error) => resolve({ code: 127, out: '', err: String(error) }));
  child.once('close', (code) => resolve({ code, ...printed }));
  return promise;
}

async function containers(...args: readonly string[]): Promise<string> {
  const output = await run('bash', [script, ...args], {
    env: process.env,
    onText: (part) => process.stderr.write(part),
  });
  return outOf(output, `containers.sh ${args.join(' ')}`);
}

function say(line: string): void {
  process.stderr.write(`containers: ${line}\n`);
}
