import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, chownSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { asUser, environmentOf, inFolder, makeImageFolder, type ImageFolder } from './image-folder.ts';

/*
 * Where no container engine is at hand: carries out deploy/Dockerfile in a folder, starts every app from what came out, as
 * the image's user where this is root, with the image's own entry point, asks each by the image's own health check,
 * stops it by SIGTERM, and prints sizes. Stores are the embedded ones. With --keep the folder stays.
 */
const project = join(import.meta.dirname, '../..');
const work = mkdtempSync(join(tmpdir(), 'batchmill-image-'));
chmodSync(work, 0o755);
const startsWithinMs = 60_000;

try {
  const image = makeImageFolder({ project, work });
  printSizes(image);
  const simulator = await start(image, ['simulator', '--port', '0'], {});
  const providerUrl = await simulator.said(/listening on (\S+)/);
  await isWell(image, [`${providerUrl}/admin/clock`], 0);
  for (const app of readdirSync(join(image.root, 'app/apps')).filter((name) => !['cli', 'simulator'].includes(name))) {
    await tryService(image, app, `${providerUrl}/v1`);
  }
  tryCommand(image);
  await simulator.stop();
  process.stdout.write('every app of the image starts, is well by its health check, and stops\n');
} finally {
  if (process.argv.includes('--keep')) process.stdout.write(`${work}\n`);
  else rmSync(work, { recursive: true, force: true });
}

async function tryService(image: ImageFolder, app: string, providerUrl: string): Promise<void> {
  const home = join(work, 'homes', app);
  mkdirSync(home, { recursive: true });
  if (process.getuid?.() === 0) chownSync(home, 1000, 1000);
  const port = await freePort();
  const env = { BATCHMILL_HOME: home, OPENAI_BASE_URL: providerUrl, PORT: String(port) };
  const startedAt = performance.now();
  const service = await start(image, [app], env);
  await isWell(image, [], port);
  const memory = execFileSync('ps', ['-o', 'rss=', '-p', String(service.pid)], { encoding: 'utf8' });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(`  ${app.padEnd(16)} well after ${seconds} s, ${Math.round(Number(memory) / 1024)} MB\n`);
  await service.stop();
}

function tryCommand(image: ImageFolder): void {
  const { status, stdout } = spawnSync(...wordsFor(image, ['cli', '--help']), {
    env: environmentOf(image),
    encoding: 'utf8',
  });
  if (status !== 0 || !stdout.includes('batchmill')) throw new Error(`cli --help ended with ${status}`);
  const wrong = spawnSync(...wordsFor(image, ['nothing-such']), { env: environmentOf(image), encoding: 'utf8' });
  if (wrong.status !== 64) throw new Error(`an unknown app ended with ${wrong.status}, wanted 64`);
}

interface Started {
  readonly pid: number;
  /** What the first group of the pattern is, once it has been said. */
  said(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
}

async function start(image: ImageFolder, words: readonly string[], env: Record<string, string>): Promise<Started> {
  const child: ChildProcess = spawn(...wordsFor(image, words), {
    cwd: join(image.root, image.workdir),
    env: { ...environmentOf(image), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const hear = (text: Buffer): void => {
    output += text.toString();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  await once(child, 'spawn');
  return {
    pid: child.pid!,
    said: (pattern) =>
      within(`${words.join(' ')} to say ${pattern.source}`, () => {
        if (child.exitCode !== null) throw new Error(`${words[0]} ended with ${child.exitCode}:\n${output}`);
        return pattern.exec(output)?.[1] ?? null;
      }),
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = await ended;
      if (code !== 0) throw new Error(`${words[0]} ended with ${signal ?? code}, wanted 0:\n${output}`);
    },
  };
}

/** Waits until the image's health check, given these words besides, ends with 0. */
async function isWell(image: ImageFolder, more: readonly string[], port: number): Promise<void> {
  const [file, ...words] = [...image.healthcheck.map((word) => inFolder(image, word)), ...more];
  await within('a health check that ends with 0', () => {
    const env = { ...environmentOf(image), PORT: String(port) };
    return spawnSync(file!, words, { env, stdio: 'ignore' }).status === 0 ? 'well' : null;
  });
}

async function within(what: string, look: () => string | null): Promise<string> {
  const deadline = performance.now() + startsWithinMs;
  while (performance.now() < deadline) {
    const found = look();
    if (found !== null) return found;
    await delay(200);
  }
  throw new Error(`waited ${startsWithinMs} ms for ${what}`);
}

function wordsFor(image: ImageFolder, words: readonly string[]): [string, string[]] {
  const [file = '', ...rest] = asUser(image, [...image.entrypoint.map((word) => inFolder(image, word)), ...words]);
  return [file, rest];
}

function printSizes({ root }: ImageFolder): void {
  if (existsSync(join(root, 'app/node_modules/node'))) throw new Error('the image holds the dev dependency node');
  process.stdout.write('on top of the Node image:\n');
  for (const folder of ['app', 'app/node_modules', 'app/apps', 'app/libs', 'app/pipelines']) {
    const [bytes = ''] = execFileSync('du', ['-sb', join(root, folder)], { encoding: 'utf8' }).split('\t');
    process.stdout.write(`  ${(Number(bytes) / 1e6).toFixed(1).padStart(6)} MB  /${folder}\n`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  server.close();
  return port;
}
