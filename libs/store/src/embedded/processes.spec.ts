import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { idsOf } from '../contract/bundle.contract.js';
import { EmbeddedStore } from './embedded-store.js';

const library = join(import.meta.dirname, '../..');

/** The first lines of every child. It runs the built library, see `npm run build`. */
const prelude = `
  import { writeSync } from 'node:fs';
  import { createInterface } from 'node:readline';
  import { EmbeddedStore } from '@batchmill/store/embedded';
  const store = EmbeddedStore.open({ file: process.argv[1] });
  const things = store.collection('things');
  const print = (line) => writeSync(1, line + '\\n');
  const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
`;

interface Child {
  readonly process: ChildProcessByStdio<Writable, Readable, null>;
  /** The lines that it prints, until it ends. */
  readonly lines: AsyncIterableIterator<string>;
}

describe('several processes with one file', () => {
  let folder: string;
  let file: string;
  let children: Child[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-store-'));
    file = join(folder, 'store.db');
    children = [];
  });
  afterEach(async () => {
    children.forEach((child) => child.process.kill('SIGKILL'));
    await rm(folder, { recursive: true, force: true });
  });

  function start(script: string): Child {
    const child = spawn(process.execPath, ['--input-type=module', '-e', prelude + script, file], {
      cwd: library,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const started = { process: child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
    children.push(started);
    return started;
  }

  it('R7: two processes take 400 documents at the same time, and none is taken twice', async () => {
    const store = EmbeddedStore.open({ file });
    const things = store.collection('things');
    await things.ensureIndex({ keys: { status: 1 } });
    await things.insertMany(Array.from({ length: 400 }, (_, _id) => ({ _id, status: 'pending' })));
    const script = `
      const take = () =>
        things.findOneAndUpdate({ status: 'pending' }, { $set: { status: 'taken' }, $inc: { times: 1 } });
      print((await take())._id);
      await input.next();
      for (let taken = await take(); taken !== null; taken = await take()) print(taken._id);
      print('end');
    `;
    const both = [start(script), start(script)];
    const taken = await Promise.all(both.map(async ({ lines }) => [await nextLine(lines)]));

    both.forEach((child) => child.process.stdin.write('continue\n'));
    await Promise.all(
      both.map(async ({ lines }, index) => {
        for (let line = await nextLine(lines); line !== 'end'; line = await nextLine(lines)) {
          taken[index]?.push(line);
        }
      }),
    );

    const [one = [], other = []] = taken;
    expect([...one, ...other].map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 400 }, (_, id) => id));
    expect(await things.count({ times: 1 })).toBe(400);
    await store.close();
  });

  it('an index and a collection that another process creates are known here at once', async () => {
    const store = EmbeddedStore.open({ file });
    const things = store.collection('things');
    await things.insertOne({ _id: 1, v: 'a' });

    const child = start(`
      await things.ensureIndex({ keys: { v: 1 }, unique: true });
      await store.collection('others').insertOne({ _id: 2 });
      print('made');
    `);
    expect(await nextLine(child.lines)).toBe('made');

    await expect(things.insertOne({ _id: 2, v: 'a' })).rejects.toMatchObject({ code: 'store.duplicate-key' });
    expect(await store.collectionNames()).toEqual(['others', 'things']);
    await store.close();
  });

  it('kill -9 in the middle of a bulk leaves each document consistent and loses no finished bulk', async () => {
    const documents = 500;
    const child = start(`
      await things.insertMany(Array.from({ length: ${documents} }, (_, _id) => ({ _id, round: 0, list: [], copy: { round: 0 } })));
      for (let round = 1; ; round++) {
        print('begin ' + round);
        await things.bulk(Array.from({ length: ${documents} }, (_, _id) => ({
          filter: { _id, round: round - 1 },
          update: { $set: { round, 'copy.round': round, text: 'x'.repeat(2000) }, $push: { list: round } },
        })));
        print('done ' + round);
      }
    `);

    let done = 0;
    for await (const line of child.lines) {
      if (line.startsWith('done')) {
        done = Number(line.slice('done '.length));
      }
      if (line === 'begin 5') {
        child.process.kill('SIGKILL');
      }
    }

    expect(done).toBeGreaterThanOrEqual(4);
    const store = EmbeddedStore.open({ file });
    const stored = await Array.fromAsync(store.collection<Rounded>('things').find({}));
    expect(stored).toHaveLength(documents);
    for (const { round, copy, list } of stored) {
      expect(round).toBeGreaterThanOrEqual(done);
      expect(copy.round).toBe(round);
      expect(list).toEqual(Array.from({ length: round }, (_, index) => index + 1));
    }
    await store.close();
  });

  it('a process that dies within its transaction does not block the others', async () => {
    const child = start(`
      const { DatabaseSync } = await import('node:sqlite');
      const database = new DatabaseSync(process.argv[1]);
      await things.insertOne({ _id: 1 });
      database.exec('BEGIN IMMEDIATE; DELETE FROM c_1');
      print('in a transaction');
      setInterval(() => database, 1000); // an object that nothing refers to is closed
    `);
    const waiting = EmbeddedStore.open({ file });
    const notWaiting = EmbeddedStore.open({ file, busyTimeoutMs: 20 });
    expect(await nextLine(child.lines)).toBe('in a transaction');

    await expect(notWaiting.collection('things').insertOne({ _id: 2 })).rejects.toMatchObject({
      kind: 'ConnectionError',
      code: 'store.unavailable',
    });
    expect(await idsOf(notWaiting.collection('things'))).toEqual([1]);
    child.process.kill('SIGKILL');
    await waiting.collection('things').insertOne({ _id: 2 });

    expect(await idsOf(notWaiting.collection('things'))).toEqual([1, 2]);
    await waiting.close();
    await notWaiting.close();
  });
});

async function nextLine(lines: AsyncIterator<string, unknown>): Promise<string> {
  const next = await lines.next();
  if (next.done === true) {
    throw new Error('the other process has ended');
  }
  return next.value;
}

interface Rounded extends Record<string, unknown> {
  round: number;
  copy: { round: number };
  list: number[];
}
