import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoStore } from '@batchmill/store/mongo';
import { serverAddresses } from '@batchmill/testing';
import { execFile, type ExecFileException } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packedPackage } from '../package/packed-package.js';
import { UserProcess } from '../package/user-process.js';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/how-to/in-your-repository.md'), 'utf8');
const guide = join(root, 'test/guides/in-your-repository');
const fileOf = (name: string): string => readFileSync(join(guide, name), 'utf8');

interface Result {
  readonly line: string;
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The guide's commands in their order, in a repository with a package.json of its own, on the servers of the tests. */
describe('docs/how-to/in-your-repository.md', () => {
  const id = randomUUID().slice(0, 8);
  const documentsUrl = `${serverAddresses.mongodb}/shop_${id}`;
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let results: Result[];
  const running: UserProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-repository-'));
    // Without the settings of whoever runs the tests.
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(?:BATCHMILL|OPENAI|MONGODB|NODE_ENV|PORT)/.test(name),
    );
    env = { ...Object.fromEntries(own), PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
    const port = await freePort();
    const tarball = await packedPackage(folder);
    const ours = { name: 'shop', private: true, scripts: { test: 'echo ours' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(ours));
    await insertTickets(documentsUrl);
    results = [];
    for (const line of linesOf(page)) {
      const given = line
        .replace('npm install batchmill', `npm install --no-audit --no-fund ${tarball}`)
        .replace('8080', String(port))
        .replace(/^PORT=\d+/, 'PORT=0');
      if (given.endsWith(' &')) {
        const started = UserProcess.start(given.slice(0, -2), folder, env);
        running.push(started);
        await started.printed(given.includes('simulator') ? String(port) : '"message":"running"');
        continue;
      }
      const { code, out, err } = await run(given, folder);
      results.push({ line, code, out, err });
      if (line === 'npm install') await writeFiles(port);
    }
  });
  afterAll(async () => {
    for (const each of running) await each.stop();
    for (const url of [documentsUrl, `${serverAddresses.mongodb}/batchmill_${id}`]) {
      const store = MongoStore.open({ url });
      for (const name of await store.collectionNames()) await store.collection(name).deleteMany({});
      await store.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  /** What the reader writes after the installation, with the addresses of these servers. */
  async function writeFiles(port: number): Promise<void> {
    const settings = fileOf('servers.env')
      .replace('mongodb://127.0.0.1:27017/shop', documentsUrl)
      .replace('mongodb://127.0.0.1:27017/batchmill', `${serverAddresses.mongodb}/batchmill_${id}`)
      .replace('kafka://127.0.0.1:9092', serverAddresses.kafka)
      .replace('milvus://127.0.0.1:19530', serverAddresses.milvus)
      .replace('shop.', `shop-${id}.`)
      .replace('8080', String(port));
    await writeFile(join(folder, '.env'), settings);
    const definition = fileOf('tickets.pipeline.ts').replace(
      "vectors: { collection: 'tickets' }",
      `vectors: { collection: 'tickets_${id}' }`,
    );
    await writeFile(join(folder, 'pipelines/tickets/tickets.pipeline.ts'), definition);
    await writeFile(join(folder, 'pipelines/tickets/summary.liquid'), fileOf('summary.liquid'));
    await writeFile(join(folder, 'test/tickets.test.mts'), fileOf('tickets.test.mts'));
  }

  const outOf = (command: string): string => results.find(({ line }) => line.includes(command))?.out ?? '';

  it('T4: every command of the guide works', () => {
    const failed = results.filter(({ code }) => code !== 0);

    expect(failed).toEqual([]);
    expect(results.length).toBeGreaterThan(12);
    expect(running).toHaveLength(7);
  });

  it('T4: what the repository had is as it was, beside what init added', async () => {
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as object;

    expect(manifest).toMatchObject({ name: 'shop', scripts: { test: 'echo ours', start: 'batchmill serve' } });
    expect(manifest).not.toHaveProperty('type');
  });

  it('Y5 T4: doctor is green before the first run and while six services work', () => {
    const said = results.filter(({ line }) => line.endsWith('doctor')).map(({ out }) => out);

    expect(said).toHaveLength(2);
    for (const out of said) expect(out).toMatch(/\nnothing is wrong/);
    expect(said[1]).toMatch(/ok +consumer groups: [6-9]/);
  });

  it('T4: the open tickets have a summary and a vector, and the closed one nothing', async () => {
    const store = MongoStore.open({ url: documentsUrl });
    const tickets = await Array.fromAsync(store.collection('tickets').find({}, { sort: { number: 1 } }));
    await store.close();

    expect(outOf('estimate')).toContain('4 documents pending');
    expect(outOf('preview')).toContain('Summarise this ticket of Mill Ltd in one sentence');
    expect(JSON.parse(outOf('export'))).toMatchObject({ number: 101, summary: expect.any(String) });
    expect(tickets.map(({ number, ai_status, embedding_status }) => [number, ai_status, embedding_status])).toEqual([
      [101, 'completed', 'completed'],
      [102, 'completed', 'completed'],
      [103, undefined, undefined],
      [104, 'completed', 'completed'],
      [105, 'completed', 'completed'],
    ]);
    expect(outOf('search')).toContain('the river rises');
    expect(outOf('runs list').match(/tickets/g)).toHaveLength(3);
  });

  function run(line: string, cwd: string): Promise<Omit<Result, 'line'>> {
    return new Promise((resolve) => {
      execFile('sh', ['-c', line], { cwd, env }, (error: ExecFileException | null, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
      });
    });
  }
});

/** The lines of the page's shell blocks. */
function linesOf(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.trim().split('\n'));
}

async function insertTickets(url: string): Promise<void> {
  const store = MongoStore.open({ url });
  const tickets = fileOf('tickets.jsonl').trim().split('\n');
  await store
    .collection('tickets')
    .insertMany(tickets.map((line, index) => ({ _id: index, ...(JSON.parse(line) as object) })));
  await store.close();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  await new Promise((resolve) => server.close(resolve));
  return port;
}
