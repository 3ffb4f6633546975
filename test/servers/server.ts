import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Every server that can be started here. Each has its recipe in the folder of its name. */
export const serverNames = ['kafka', 'mongodb', 'milvus', 'milvus-lite', 'jaeger', 'kubernetes'] as const;
export type ServerName = (typeof serverNames)[number];

/**
 * - `answers`: started here, and answers what only a working server answers
 * - `frozen`: started here, and stopped by SIGSTOP
 * - `silent`: started here, alive, without an answer
 * - `taken`: nothing was started here, and another process has its port
 * - `down`: nothing has its port
 */
export type ServerState = 'answers' | 'frozen' | 'silent' | 'taken' | 'down';

export interface ServerStatus {
  readonly name: ServerName;
  readonly version: string;
  readonly state: ServerState;
  /** In the form of the settings and the `TEST_…` variables. Jaeger has two, for queries and for OTLP. */
  readonly addresses: readonly string[];
  readonly log: string;
  /** The running process; null while there is none. */
  readonly process: { readonly pid: number; readonly since: Date; readonly memoryBytes: number } | null;
}

export interface ServerOptions {
  /**
   * The address that the test uses. When the server has another one, because a `TEST_…` variable names a server of your
   * own, the methods that stop or start it throw and touch nothing.
   */
  readonly at?: string;
  /** Settings of the recipe, in place of those of the environment: another port is another server. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with every line that the recipe prints. */
  readonly onLine?: (line: string) => void;
}

type Verb = 'install' | 'start' | 'stop' | 'kill' | 'freeze' | 'thaw' | 'status' | 'env';

/**
 * One of the servers of `npm run servers:up`, to be stopped, killed, frozen and started again by a test:
 *
 *     const kafka = new Server('kafka', { at: serverAddresses.kafka });
 *     await kafka.freeze();
 *
 * Every method may be repeated. It throws with the recipe's message and the end of the server's log when it does not
 * succeed. A test that stops or freezes a server must start or thaw it again.
 */
export class Server {
  readonly name: ServerName;
  private readonly options: ServerOptions;

  constructor(name: ServerName, options: ServerOptions = {}) {
    this.name = name;
    this.options = options;
  }

  /** Downloads and builds the server, unless it is installed. */
  async install(): Promise<void> {
    await this.recipe('install');
  }

  /** Installs and starts it, or thaws it. Resolves once it answers. It keeps its data from before. */
  async start(): Promise<void> {
    await this.act('start');
  }

  /** SIGTERM, and SIGKILL after 30 seconds. */
  async stop(): Promise<void> {
    await this.act('stop');
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.act('kill');
  }

  /** SIGSTOP: connections stay open and nothing answers. A request that times out meanwhile may be carried out after the thaw. */
  async freeze(): Promise<void> {
    await this.act('freeze');
  }

  /** SIGCONT. Resolves once it answers. */
  async thaw(): Promise<void> {
    await this.act('thaw');
  }

  async status(): Promise<ServerStatus> {
    const [, state, addresses, pid, since, memoryKb, version, log] = (await this.recipe('status')).split('\t');
    const process =
      pid === ''
        ? null
        : { pid: Number(pid), since: new Date(Number(since) * 1000), memoryBytes: Number(memoryKb) * 1024 };
    return {
      name: this.name,
      version: version!,
      state: state as ServerState, // the recipe prints no other
      addresses: addresses!.split(' '),
      log: log!,
      process,
    };
  }

  /** Shell lines that point the tests at it, for ports other than the defaults. */
  async variables(): Promise<string> {
    return `${await this.recipe('env')}\n`;
  }

  private async act(verb: Verb): Promise<void> {
    if (this.options.at !== undefined) await this.refuseUnlessAt(this.options.at);
    await this.recipe(verb);
  }

  private async refuseUnlessAt(expected: string): Promise<void> {
    const { addresses } = await this.status();
    if (!addresses.includes(expected)) {
      throw new Error(
        `${this.name}: the tests use ${expected}, which is not what is started here (${addresses.join(' ')})`,
      );
    }
  }

  /** Returns what the recipe printed. */
  private recipe(verb: Verb): Promise<string> {
    const file = join(import.meta.dirname, this.name, 'recipe.sh');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const child = spawn('bash', [file, verb], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.options.env },
    });
    let output = '';
    const record = (text: string) => {
      output += text;
      if (verb !== 'status' && verb !== 'env')
        for (const line of text.trimEnd().split('\n')) this.options.onLine?.(line);
    };
    child.stdout.setEncoding('utf8').on('data', record);
    child.stderr.setEncoding('utf8').on('data', record);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output.trimEnd());
      else reject(new Error(`${this.name}: ${verb} ended with ${code ?? 'a signal'}:\n${output.trimEnd()}`));
    });
    return promise;
  }
}
