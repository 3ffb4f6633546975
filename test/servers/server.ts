import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Every server that can be started here; each has its recipe in the folder of its name. */
export const serverNames = ['kafka', 'mongodb', 'milvus', 'milvus-lite', 'jaeger'] as const;
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
  /** As the settings and the `TEST_…` variables say them; Jaeger has two, for queries and for OTLP. */
  readonly addresses: readonly string[];
  readonly log: string;
  /** What runs; null while nothing does. */
  readonly process: { readonly pid: number; readonly since: Date; readonly memoryBytes: number } | null;
}

export interface ServerOptions {
  /**
   * Where the test expects it. When it is not there, because a `TEST_…` variable names somebody's own server, the verbs
   * that stop or start throw and touch nothing.
   */
  readonly at?: string;
  /** Gets every line that the recipe prints, as it comes. */
  readonly onLine?: (line: string) => void;
}

type Verb = 'install' | 'start' | 'stop' | 'kill' | 'freeze' | 'thaw' | 'status' | 'env';

/**
 * One of the servers of `npm run servers:up`, to be stopped, killed, frozen and started again by a test:
 *
 *     const kafka = new Server('kafka', { at: serverAddresses.kafka });
 *     await kafka.freeze();
 *
 * Every verb may be repeated, and throws with the recipe's words and the end of the server's log when it does not
 * succeed. Whoever stops or freezes a server starts or thaws it again.
 */
export class Server {
  readonly name: ServerName;
  private readonly options: ServerOptions;

  constructor(name: ServerName, options: ServerOptions = {}) {
    this.name = name;
    this.options = options;
  }

  /** Fetches and builds what it needs; nothing when that was done. */
  async install(): Promise<void> {
    await this.recipe('install');
  }

  /** Installs and starts it, or thaws it; when this returns it answers. Its data are those of its last life. */
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

  /** SIGSTOP: connections stay open and nothing answers. What times out meanwhile may be carried out after the thaw. */
  async freeze(): Promise<void> {
    await this.act('freeze');
  }

  /** SIGCONT; when this returns it answers. */
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
      state: state as ServerState, // the recipe knows no other
      addresses: addresses!.split(' '),
      log: log!,
      process,
    };
  }

  /** Shell lines that point the tests at it, for ports that are not the usual ones. */
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

  /** What the recipe printed. */
  private recipe(verb: Verb): Promise<string> {
    const file = join(import.meta.dirname, this.name, 'recipe.sh');
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const child = spawn('bash', [file, verb], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const hear = (text: string) => {
      said += text;
      if (verb !== 'status' && verb !== 'env')
        for (const line of text.trimEnd().split('\n')) this.options.onLine?.(line);
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(said.trimEnd());
      else reject(new Error(`${this.name}: ${verb} ended with ${code ?? 'a signal'}:\n${said.trimEnd()}`));
    });
    return promise;
  }
}
