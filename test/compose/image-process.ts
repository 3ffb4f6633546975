import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asUser, environmentOf, inFolder, type ImageFolder } from './image-folder.ts';

const waitsMs = 120_000;

/** An app of an image folder at work: its entry point, its user, its environment. */
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
    const hear = (text: Buffer): void => {
      this.output += text.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
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

  /** What the first group of the pattern is, once it has been said. */
  said(pattern: RegExp): Promise<string> {
    return this.within(`to say ${pattern.source}`, () => pattern.exec(this.output)?.[1] ?? null);
  }

  /** Resolves when the image's health check, given these words besides, ends with 0. */
  async isWell(...more: readonly string[]): Promise<void> {
    const [file = '', ...words] = [...this.image.healthcheck.map((word) => inFolder(this.image, word)), ...more];
    const env = { ...environmentOf(this.image), ...this.env };
    await this.within('to be well', () =>
      spawnSync(file, words, { env, stdio: 'ignore' }).status === 0 ? 'well' : null,
    );
  }

  /** By SIGTERM; throws when it ends with anything but 0. */
  async stop(): Promise<void> {
    const ended = once(this.child, 'exit') as Promise<[number | null, string | null]>;
    this.child.kill('SIGTERM');
    const [code, signal] = await ended;
    if (code !== 0) throw new Error(`${this.words[0]} ended with ${signal ?? code}, wanted 0:\n${this.output}`);
  }

  /** Without being asked twice, whatever it is at. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private async within(what: string, look: () => string | null): Promise<string> {
    const deadline = performance.now() + waitsMs;
    while (performance.now() < deadline) {
      if (this.child.exitCode !== null) {
        throw new Error(`${this.words[0]} ended with ${this.child.exitCode}, wanted ${what}:\n${this.output}`);
      }
      const found = look();
      if (found !== null) return found;
      await delay(200);
    }
    throw new Error(`waited ${waitsMs} ms for ${this.words[0]} ${what}:\n${this.output}`);
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
