import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const loader = new URL('../test/from-source.js', import.meta.url);
const workspace = fileURLToPath(new URL('../../../', import.meta.url));

const print = `const print = (line) => process.stdout.write(line + '\\n');`;

const embedded = `
  import { EmbeddedBus } from '@batchmill/bus/embedded';
  import { SystemClock } from '@batchmill/contracts';
  const file = process.argv[1];
  const bus = EmbeddedBus.open({ file, clock: new SystemClock(), redeliveryPauseMs: 20, pollMs: 20 });
  ${print}
`;

const kafka = `
  import { KafkaBus } from '@batchmill/bus/kafka';
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const options = JSON.parse(process.argv[1]);
  const bus = await KafkaBus.open({ ...options, log, redeliveryPauseMs: 50, sessionTimeoutMs: 6_000 });
  ${print}
`;

/** A process that opens the bus and runs a program, which prints what it does line by line. */
export class OtherProcess {
  private readonly lines: string[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly ended: Promise<unknown>;
  private errorOutput = '';

  private constructor(private readonly child: ReturnType<typeof start>) {
    createInterface({ input: child.stdout }).on('line', (line) => this.addLine(line));
    child.stderr.on('data', (text: Buffer) => (this.errorOutput += text.toString()));
    this.ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  }

  /** The program can use `bus`, `file` and `print(line)`. */
  static run(file: string, program: string): OtherProcess {
    return new OtherProcess(start(process.execPath, nodeArguments(embedded, file, program)));
  }

  /** The program can use `bus` and `print(line)`. */
  static runOnKafka(options: { readonly url: string; readonly client: string }, program: string): OtherProcess {
    return new OtherProcess(start(process.execPath, nodeArguments(kafka, JSON.stringify(options), program)));
  }

  /** As `run`, with the folder of the file on a separate small disk. */
  static runOnSmallDisk(folder: string, file: string, program: string): OtherProcess {
    const script = 'mount -t tmpfs -o size=1m none "$0" && exec "$@"';
    const unshare = ['--user', '--map-root-user', '--mount', 'sh', '-c', script, folder];
    return new OtherProcess(
      start('unshare', [...unshare, process.execPath, ...nodeArguments(embedded, file, program)]),
    );
  }

  get id(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves with the lines once the process has printed at least `count`. Rejects when it ends before that. */
  async printed(count: number): Promise<string[]> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const check = () => {
      if (this.lines.length >= count) resolve(true);
    };
    this.waiting.add(check);
    check();
    const isEnough = await Promise.race([promise, this.ended.then(() => this.lines.length >= count)]);
    if (!isEnough)
      throw new Error(`The other process printed ${this.lines.length} of ${count} lines. ${this.errorOutput}`);
    return [...this.lines];
  }

  /** Kills it with SIGKILL. Resolves with all its lines once it is dead. */
  async kill(): Promise<string[]> {
    this.child.kill('SIGKILL');
    return this.end();
  }

  async end(): Promise<string[]> {
    await this.ended;
    return [...this.lines];
  }

  private addLine(line: string): void {
    this.lines.push(line);
    for (const check of this.waiting) check();
  }
}

function start(command: string, args: readonly string[]) {
  return spawn(command, args, { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] });
}

function nodeArguments(prologue: string, address: string, program: string): string[] {
  const options = ['--disable-warning=ExperimentalWarning', '--import', loader.href, '--input-type=module'];
  return [...options, '--eval', prologue + program, address];
}
