import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const loader = new URL('../test/from-source.js', import.meta.url);
const workspace = fileURLToPath(new URL('../../../', import.meta.url));

const tell = `const tell = (line) => process.stdout.write(line + '\\n');`;

const embedded = `
  import { EmbeddedBus } from '@batchmill/bus/embedded';
  import { SystemClock } from '@batchmill/contracts';
  const file = process.argv[1];
  const bus = EmbeddedBus.open({ file, clock: new SystemClock(), redeliveryPauseMs: 20, pollMs: 20 });
  ${tell}
`;

const kafka = `
  import { KafkaBus } from '@batchmill/bus/kafka';
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const bus = KafkaBus.open({ url: process.argv[1], log, redeliveryPauseMs: 50, sessionTimeoutMs: 6_000 });
  ${tell}
`;

/** A process that has the bus open and runs a program which tells what it did, line by line. */
export class OtherProcess {
  private readonly lines: string[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly ended: Promise<unknown>;
  private complaint = '';

  private constructor(private readonly child: ReturnType<typeof start>) {
    createInterface({ input: child.stdout }).on('line', (line) => this.hear(line));
    child.stderr.on('data', (text: Buffer) => (this.complaint += text.toString()));
    this.ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  }

  /** The program sees `bus`, `file` and `tell(line)`. */
  static run(file: string, program: string): OtherProcess {
    return new OtherProcess(start(process.execPath, nodeArguments(embedded, file, program)));
  }

  /** The program sees `bus` and `tell(line)`. */
  static runOnKafka(url: string, program: string): OtherProcess {
    return new OtherProcess(start(process.execPath, nodeArguments(kafka, url, program)));
  }

  /** The same, with the folder of the file on a disk of its own. */
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

  /** The first lines, once there are so many. Rejects when the process ends before that. */
  async told(count: number): Promise<string[]> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const look = () => {
      if (this.lines.length >= count) resolve(true);
    };
    this.waiting.add(look);
    look();
    const enough = await Promise.race([promise, this.ended.then(() => this.lines.length >= count)]);
    if (!enough) throw new Error(`The other process told ${this.lines.length} of ${count} lines. ${this.complaint}`);
    return [...this.lines];
  }

  /** As `kill -9` does. Resolves with all it told when it is dead. */
  async kill(): Promise<string[]> {
    this.child.kill('SIGKILL');
    return this.end();
  }

  async end(): Promise<string[]> {
    await this.ended;
    return [...this.lines];
  }

  private hear(line: string): void {
    this.lines.push(line);
    for (const look of this.waiting) look();
  }
}

function start(command: string, args: readonly string[]) {
  return spawn(command, args, { cwd: workspace, stdio: ['ignore', 'pipe', 'pipe'] });
}

function nodeArguments(prologue: string, address: string, program: string): string[] {
  const options = ['--disable-warning=ExperimentalWarning', '--import', loader.href, '--input-type=module'];
  return [...options, '--eval', prologue + program, address];
}
