import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asUser, environmentOf, inFolder, type ImageFolder } from './image-folder.ts';

const waitMs = 120_000;

/** A running app of an image folder, with the image's entry point, user and environment. */
export class ImageProcess {
  private readonly image: ImageFolder;
  private readonly words: readonly string[];
  private readonly env: Readonly<Record<string, string>>;
  private readonly child: ChildProcess;
  private output = '';

  private constructor(
    image: ImageFolder,
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    child: ChildProcess,
  ) {
    this.image = image;
    this.words = words;
    this.env = env;
    this.child = child;
    const record = (text: Buffer): void => {
      this.output += text.toString();
    };
    child.stdout?.on('data', record);
    child.stderr?.on('data', record);
  }

  static async start(image: ImageFolder, words: readonly string[], env: Record<string, string>): Promise<ImageProcess> {
    const child = spawn(...wordsFor(image, words), {
      cwd: join(image.root, image.workdir),
      env: { ...environmentOf(image), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child, 'spawn');
    return new ImageProcess(image, words, env, child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The first group of the pattern, once the output matches it. */
  printed(pattern: RegExp): Promise<string> {
    return this.within(`to print ${pattern.source}`, () => pattern.exec(this.output)?.[1] ?? null);
  }

  /** Resolves when the image's health check, with these additional arguments, exits with 0. */
  async isHealthy(...more: readonly string[]): Promise<void> {
    const [file = '', ...words] = [...this.image.healthcheck.map((word) => inFolder(this.image, word)), ...more];
    const env = { ...environmentOf(this.image), ...this.env };
    await this.within('to be healthy', () =>
      spawnSync(file, words, { env, stdio: 'ignore' }).status === 0 ? 'healthy' : null,
    );
  }

  /** Stops it by SIGTERM. Throws when the exit code is not 0. */
  async stop(): Promise<void> {
    const ended = once(this.child, 'exit') as Promise<[number | null, string | null]>;
    this.child.kill('SIGTERM');
    const [code, signal] = await ended;
    if (code !== 0) throw new Error(`${this.words[0]} ended with ${signal ?? code}, expected 0:\n${this.output}`);
  }

  /** Kills it by SIGKILL. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private async within(what: string, check: () => string | null): Promise<string> {
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      if (this.child.exitCode !== null) {
        throw new Error(`${this.words[0]} ended with ${this.child.exitCode}, expected ${what}:\n${this.output}`);
      }
      const found = check();
      if (found !== null) return found;
      await delay(200);
    }
    throw new Error(`waited ${waitMs} ms for ${this.words[0]} ${what}:\n${this.output}`);
  }
}

/** Runs an app of the image to its end. */
export function runToEnd(
  image: ImageFolder,
  words: readonly string[],
  env: Record<string, string> = {},
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(...wordsFor(image, words), {
    cwd: join(image.root, image.workdir),
    env: { ...environmentOf(image), ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status, output: `${stdout}${stderr}` };
}

function wordsFor(image: ImageFolder, words: readonly string[]): [string, string[]] {
  const [file = '', ...rest] = asUser(image, [...image.entrypoint.map((word) => inFolder(image, word)), ...words]);
  return [file, rest];
}
