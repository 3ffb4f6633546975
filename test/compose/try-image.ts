import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from './composition.ts';
import { makeImageFolder, type ImageFolder } from './image-folder.ts';
import { ImageProcess, runToEnd } from './image-process.ts';
import { tryEngine } from './try-engine.ts';

/*
 * For machines without a container engine. Carries out deploy/Dockerfile of the last commit in a folder, starts every app
 * of it with the image's entry point (as the image's user when this is root), runs the image's health check, stops the app
 * by SIGTERM, and prints sizes. Stores are the embedded ones.
 * With --servers, the six services then do a run on the servers that the TEST_… variables name, with the settings of
 * docker-compose.yml. Nothing else may use these servers. It needs mongosh. With --keep the folder stays.
 */
const work = mkdtempSync(join(tmpdir(), 'batchmill-image-'));
chmodSync(work, 0o755);

try {
  const image = makeImageFolder({ project: projectFolder, work });
  printSizes(image);
  await tryEachApp(image);
  tryCommand(image);
  process.stdout.write('every app of the image starts, passes its health check, and stops\n');
  if (process.argv.includes('--servers')) await tryEngine(image, freePort);
} finally {
  if (process.argv.includes('--keep')) process.stdout.write(`${work}\n`);
  else rmSync(work, { recursive: true, force: true });
}

async function tryEachApp(image: ImageFolder): Promise<void> {
  const simulator = await ImageProcess.start(image, ['simulator', '--port', '0'], {});
  try {
    const url = await simulator.printed(/listening on (\S+)/);
    await simulator.isHealthy(`${url}/admin/clock`);
    for (const app of readdirSync(join(image.root, 'app/apps'))) {
      if (app !== 'cli' && app !== 'simulator') await tryService(image, app, `${url}/v1`);
    }
    await simulator.stop();
  } finally {
    simulator.kill();
  }
}

async function tryService(image: ImageFolder, app: string, providerUrl: string): Promise<void> {
  const home = join(work, 'homes', app);
  mkdirSync(home, { recursive: true });
  if (process.getuid?.() === 0) chownSync(home, 1000, 1000);
  const provider = { OPENAI_BASE_URL: providerUrl, OPENAI_API_KEY: 'sk-simulated' };
  const startedAt = performance.now();
  const service = await ImageProcess.start(image, [app], {
    ...provider,
    BATCHMILL_HOME: home,
    PORT: String(await freePort()),
  });
  try {
    await service.isHealthy();
    const memory = execFileSync('ps', ['-o', 'rss=', '-p', String(service.pid)], { encoding: 'utf8' });
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    process.stdout.write(`  ${app.padEnd(16)} healthy after ${seconds} s, ${Math.round(Number(memory) / 1024)} MB\n`);
    await service.stop();
  } finally {
    service.kill();
  }
}

function tryCommand(image: ImageFolder): void {
  const { status, output } = runToEnd(image, ['cli', '--help']);
  if (status !== 0 || !output.includes('batchmill')) throw new Error(`cli --help ended with ${status}:\n${output}`);
  const wrong = runToEnd(image, ['no-such-app']);
  if (wrong.status !== 64) throw new Error(`an unknown app ended with ${wrong.status}, expected 64`);
}

function printSizes({ root }: ImageFolder): void {
  if (existsSync(join(root, 'app/node_modules/node'))) throw new Error('the image contains the dev dependency node');
  process.stdout.write('on top of the Node image:\n');
  for (const folder of ['app', 'app/node_modules', 'app/packages', 'app/pipelines']) {
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
