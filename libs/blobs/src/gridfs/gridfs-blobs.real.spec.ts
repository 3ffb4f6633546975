import { Ids, RandomIds } from '@batchmill/contracts';
import { eventually, serverAddresses, ShiftedClock, TcpProxy } from '@batchmill/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GridFSBucket, MongoClient, type Db } from 'mongodb';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describeBlobsContract } from '../blobs.contract.js';
import { GridFsBlobs } from './index.js';

const url = serverAddresses.mongodb;
const ids = new RandomIds();
const megabyte = 1024 * 1024;

describeBlobsContract('GridFS', async () => {
  const database = `test-${randomUUID()}`;
  const client = new MongoClient(url);
  return Promise.resolve({
    open: () => GridFsBlobs.open({ url, database, ids }),
    dispose: async () => {
      await client.db(database).dropDatabase();
      await client.close();
    },
  });
});

describe('Blobs in GridFS', () => {
  let database: string;
  let client: MongoClient;
  let db: Db;
  let blobs: GridFsBlobs;

  beforeEach(async () => {
    database = `test-${randomUUID()}`;
    client = new MongoClient(url);
    db = client.db(database);
    blobs = await GridFsBlobs.open({ url, database, ids });
  });

  afterEach(async () => {
    await blobs.close();
    await db.dropDatabase();
    await client.close();
  });

  const counts = async () => ({
    files: await db.collection('batchmill.files').countDocuments(),
    chunks: await db.collection('batchmill.chunks').countDocuments(),
    unfinished: await db.collection('batchmill.unfinished').countDocuments(),
  });

  /** Writes half a blob and dies. */
  const dieWriting = async () => {
    const dying = await GridFsBlobs.open({ url, database, ids });
    const dead = Promise.withResolvers<never>();
    async function* half() {
      yield Buffer.alloc(2 * megabyte);
      await dying.close();
      dead.reject(new Error('killed'));
      await dead.promise;
    }
    await expect(dying.write(half(), '.bin')).rejects.toThrow('killed');
  };

  it('a blob that is being written is on the server but cannot be read yet', async () => {
    const seen: unknown[] = [];
    async function* slowly() {
      for (let count = 0; count < 3; count += 1) {
        yield Buffer.alloc(megabyte, count);
        const [chunk] = await db.collection('batchmill.chunks').find().toArray();
        const name = String(chunk?.['files_id']);
        seen.push(await counts());
        await expect(blobs.read(name)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'blobs.missing' });
      }
    }
    await blobs.write(slowly(), '.bin');

    expect(seen).toEqual([1, 2, 3].map((chunks) => ({ files: 0, chunks, unfinished: 1 })));
    expect(await counts()).toEqual({ files: 1, chunks: 3, unfinished: 0 });
  });

  it('nothing is left of a blob whose content threw, nor of one that was deleted', async () => {
    async function* broken() {
      yield Buffer.alloc(3 * megabyte);
      throw new Error('the source broke');
    }
    await expect(blobs.write(broken(), '.jsonl')).rejects.toThrow('the source broke');
    const { name } = await blobs.write(of(Buffer.alloc(3 * megabyte)), '.bin');
    await blobs.delete(name);

    expect(await counts()).toEqual({ files: 0, chunks: 0, unfinished: 0 });
  });

  it('the data of a killed writer, and nothing else, is removed at a start a day later', async () => {
    const kept = await blobs.write(of('kept'), '.txt');
    await dieWriting();
    const soon = await GridFsBlobs.open({ url, database, ids });
    await soon.write(of('another'), '.txt');
    expect(await counts()).toEqual({ files: 2, chunks: 4, unfinished: 1 });

    const clock = new ShiftedClock();
    clock.advance(25 * 60 * 60 * 1000);
    const later = await GridFsBlobs.open({ url, database, ids, clock });
    await eventually('the leftovers are gone', async () => (await counts()).unfinished === 0);

    expect(await counts()).toEqual({ files: 2, chunks: 2, unfinished: 0 });
    expect(await textOf(later, kept.name)).toBe('kept');
    await soon.close();
    await later.close();
  });

  it('a writer whose data was removed as that of a dead one does not publish a blob without its content', async () => {
    const clock = new ShiftedClock();
    clock.advance(25 * 60 * 60 * 1000);
    async function* slowly() {
      yield Buffer.alloc(2 * megabyte);
      const later = await GridFsBlobs.open({ url, database, ids, clock });
      await eventually('it is removed as a leftover', async () => (await counts()).unfinished === 0);
      await later.close();
      yield Buffer.alloc(2 * megabyte);
    }

    await expect(blobs.write(slowly(), '.bin')).rejects.toMatchObject({ code: 'blobs.unavailable' });
    expect(await counts()).toEqual({ files: 0, chunks: 0, unfinished: 0 });
  });

  it('a name that is in use is never overwritten', async () => {
    class SameId extends Ids {
      next = () => '0b9f7a52-0000-4000-8000-000000000000';
    }
    const same = await GridFsBlobs.open({ url, database, ids: new SameId() });
    const { name } = await same.write(of('first'), '.txt');

    await expect(same.write(of('second'), '.txt')).rejects.toMatchObject({ code: 'blobs.name-taken' });
    expect(await textOf(same, name)).toBe('first');
    expect(await counts()).toEqual({ files: 1, chunks: 1, unfinished: 0 });
    await same.close();
  });

  it("MongoDB's own tools read a blob by its name", async () => {
    const { name } = await blobs.write(of('é'.repeat(megabyte), 'end'), '.txt');
    const theirs = new GridFSBucket(db, { bucketName: 'batchmill' }).openDownloadStreamByName(name);

    expect(await text(theirs)).toBe(`${'é'.repeat(megabyte)}end`);
  });

  it('a blob that lost a part is reported as missing, not read in part', async () => {
    const { name } = await blobs.write(of(Buffer.alloc(3 * megabyte)), '.bin');
    await db.collection('batchmill.chunks').deleteOne({ n: 2 });

    await expect(textOf(blobs, name)).rejects.toMatchObject({ code: 'blobs.missing' });
  });

  it('R4: 200 MB are written and read in less than 150 MB of memory', async () => {
    const script = `
      import { GridFsBlobs } from '@batchmill/blobs/gridfs';
      import { RandomIds } from '@batchmill/contracts';
      const blobs = await GridFsBlobs.open({ url: '${url}', database: '${database}', ids: new RandomIds() });
      let most = 0;
      let seen = 0;
      const look = () => {
        if (++seen % 16 !== 0) return;
        gc(); // what is garbage already does not count as held
        most = Math.max(most, process.memoryUsage.rss());
      };
      async function* content() {
        for (let count = 0; count < 800; count += 1) {
          look();
          yield Buffer.alloc(${megabyte / 4}, count);
        }
      }
      gc();
      const before = process.memoryUsage.rss();
      const { name, bytes } = await blobs.write(content(), '.bin');
      let read = 0;
      for await (const piece of blobs.read(name)) {
        look();
        read += piece.length;
      }
      await blobs.delete(name);
      await blobs.close();
      console.log(JSON.stringify({ bytes, read, held: Math.round((most - before) / ${megabyte}) }));
    `;
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: import.meta.dirname,
    });
    const said = JSON.parse(await text(child.stdout)) as { bytes: number; read: number; held: number };

    expect(said).toEqual({ bytes: 200 * megabyte, read: 200 * megabyte, held: expect.any(Number) });
    expect(said.held).toBeLessThan(150);
  });

  it('Y5: blobs whose first contact was slow work as soon as the server answers', async () => {
    const proxy = await TcpProxy.before(url);
    proxy.freeze();
    const slow = await GridFsBlobs.open({ url: proxy.url, database, ids });
    await expect(slow.write(of('lost'), '.txt')).rejects.toMatchObject({ code: 'blobs.unavailable' });
    await expect(slow.check()).rejects.toMatchObject({ code: 'blobs.unavailable' });
    proxy.thaw();

    const answers = () =>
      slow.check().then(
        () => true,
        () => false,
      );
    await eventually('the blobs answer', answers);
    const { name } = await slow.write(of('kept'), '.txt');
    expect(await textOf(slow, name)).toBe('kept');
    await slow.close();
    await proxy.cut();
  });

  it('a server that accepts connections but never answers is reported as unavailable', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo; // it listens on a port
    const waiting = await GridFsBlobs.open({ url: `mongodb://127.0.0.1:${port}/line`, ids });
    const away = { kind: 'ConnectionError', code: 'blobs.unavailable', message: expect.stringContaining(`${port}`) };

    await Promise.all([
      expect(waiting.check()).rejects.toMatchObject(away),
      expect(waiting.write(of('x'), '.txt')).rejects.toMatchObject(away),
      expect(textOf(waiting, 'x')).rejects.toMatchObject(away),
      expect(waiting.delete('x')).rejects.toMatchObject(away),
    ]);
    await waiting.close();
    silent.close();
  });
});

async function* of(...pieces: (Uint8Array | string)[]): AsyncIterable<Uint8Array | string> {
  yield* pieces;
}

async function textOf(blobs: GridFsBlobs, name: string): Promise<string> {
  return String(Buffer.concat(await Array.fromAsync(blobs.read(name))));
}
