import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Database, isConstraintViolation, type DatabaseOptions, type FileErrors } from './index.js';

/** Each library has codes of its own; these only need to be different. */
const errors = {
  kind: 'ledger',
  unavailable: 'ledger.unavailable',
  diskFull: 'ledger.disk-full',
  unreadable: 'ledger.unreadable',
  closed: 'ledger.closed',
} as unknown as FileErrors;

describe('an SQLite file', () => {
  let folder: string;
  let file: string;
  let opened: Database[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sqlite-'));
    file = join(folder, 'ledger.db');
    opened = [];
  });
  afterEach(async () => {
    for (const database of opened) database.close();
    await rm(folder, { recursive: true });
  });

  function open(options: Partial<DatabaseOptions> = {}): Database {
    const schema = 'CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, text TEXT NOT NULL)';
    const database = Database.open({ file, errors, schema, ...options });
    opened.push(database);
    return database;
  }

  const insert = (database: Database, id: number, text = 'x') =>
    database.run('INSERT INTO entries (id, text) VALUES (?, ?)', id, text);
  const ids = (database: Database) => database.all('SELECT id FROM entries ORDER BY id').map(({ id }) => id);
  const thrownBy = (work: () => unknown): unknown => {
    try {
      work();
    } catch (error) {
      return error;
    }
    return null;
  };

  it('is created with its folder, its pages and its tables, and has a write-ahead log', () => {
    const database = open({ file: join(folder, 'new', 'folder', 'ledger.db'), pageBytes: 16_384 });

    expect(database.get('PRAGMA page_size')).toEqual({ page_size: 16_384 });
    expect(database.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(ids(database)).toEqual([]);
  });

  describe('that is compacted', () => {
    const marker = 'DELETED-TEXT';
    const isInFiles = async (): Promise<boolean> => {
      const texts = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1')));
      return texts.some((text) => text.includes(marker));
    };

    it('R12: holds nothing of what was deleted, also while another process has it open, and keeps the rest', async () => {
      const database = open();
      const other = open();
      for (let id = 1; id <= 100; id += 1) insert(database, id, id % 2 === 0 ? marker.repeat(500) : 'stays');
      database.run('DELETE FROM entries WHERE id % 2 = 0');
      expect(await isInFiles()).toBe(true);

      expect(database.compact()).toBe(true);

      expect(await isInFiles()).toBe(false);
      expect(ids(other)).toHaveLength(50);
      insert(other, 200);
      expect(ids(database)).toHaveLength(51);
    });

    it('R12: says that the log still holds it while another process reads', () => {
      const database = open({ busyTimeoutMs: 50 });
      insert(database, 1, marker);
      const reader = open();

      const result = reader.read(() => {
        expect(ids(reader)).toEqual([1]);
        database.run('DELETE FROM entries');
        return database.compact();
      });

      expect(result).toBe(false);
      expect(database.compact()).toBe(true);
    });
  });

  it('a write that throws is rolled back, and the next one succeeds', () => {
    const database = open();

    const thrown = thrownBy(() =>
      database.write(() => {
        insert(database, 1);
        throw new Error('enough');
      }),
    );
    database.write(() => insert(database, 2));

    expect(thrown).toEqual(new Error('enough'));
    expect(ids(database)).toEqual([2]);
  });

  it('only the changes of a nested part that throws are rolled back', () => {
    const database = open();

    database.write(() => {
      insert(database, 1);
      thrownBy(() =>
        database.nested(() => {
          insert(database, 2);
          insert(database, 1);
        }),
      );
      database.nested(() => insert(database, 3));
    });

    expect(ids(database)).toEqual([1, 3]);
  });

  it('only a durable write waits for the disk, and with NORMAL no write does', () => {
    const synchronousOf = (database: Database, durable?: boolean) =>
      database.write(() => database.get('PRAGMA synchronous')?.['synchronous'], durable);
    const [full, normal] = [2, 1]; // https://sqlite.org/pragma.html#pragma_synchronous

    const database = open();
    expect([undefined, false, false, true].map((durable) => synchronousOf(database, durable))).toEqual([
      ...[full, normal, normal, full],
    ]);
    expect(synchronousOf(open({ synchronous: 'NORMAL' }), true)).toBe(normal);
  });

  it('a read sees one moment, whatever others write meanwhile', () => {
    const [database, other] = [open(), open()];

    const seen = database.read(() => {
      const before = ids(database);
      other.write(() => insert(other, 1));
      return [before, ids(database)];
    });

    expect(seen).toEqual([[], []]);
    expect(ids(database)).toEqual([1]);
  });

  it('more statements than the cache holds still work', () => {
    const database = open();

    const answers = Array.from({ length: 1_200 }, (_, index) => database.get(`SELECT ${index} AS n`)?.['n']);

    expect(answers).toEqual(Array.from({ length: 1_200 }, (_, index) => index));
  });

  it('a full disk is reported as such, and nothing is half written', () => {
    const database = open();
    database.run(`PRAGMA max_page_count = ${Number(database.get('PRAGMA page_count')?.['page_count']) + 2}`);

    const thrown = thrownBy(() =>
      database.write(() => {
        for (let id = 0; id < 100; id += 1) insert(database, id, 'x'.repeat(2_000));
      }),
    );

    expect(thrown).toMatchObject({ kind: 'ConnectionError', code: 'ledger.disk-full' });
    expect(thrown).toMatchObject({ message: expect.stringContaining(`The ledger in ${file}`) });
    expect(ids(database)).toEqual([]);
  });

  it('a file that another process locks for too long is unavailable', () => {
    const [holder, other] = [open(), open({ busyTimeoutMs: 10 })];

    const thrown = holder.write(() => thrownBy(() => other.write(() => insert(other, 1))));

    expect(thrown).toMatchObject({ kind: 'ConnectionError', code: 'ledger.unavailable' });
    expect(ids(other)).toEqual([]);
  });

  it('a file that is no database is unreadable, and is not changed', async () => {
    await writeFile(file, 'This is a letter to a friend, and not a database at all. '.repeat(50));

    expect(thrownBy(() => open())).toMatchObject({ kind: 'ConnectionError', code: 'ledger.unreadable' });
  });

  it('a folder that cannot be created is reported as unavailable', async () => {
    await writeFile(join(folder, 'taken'), '');

    expect(thrownBy(() => open({ file: join(folder, 'taken', 'ledger.db') }))).toMatchObject({
      kind: 'ConnectionError',
      code: 'ledger.unavailable',
    });
  });

  it('every use of a closed file is refused, and it may be closed again', () => {
    const database = open();
    ids(database);
    database.close();
    database.close();

    const uses = [
      () => database.get('SELECT 1'),
      () => database.all('SELECT 1'),
      () => database.execute('SELECT 1'),
      () => database.read(() => undefined),
      () => database.write(() => undefined),
      () => database.write(() => undefined, false),
    ];
    const closed = { kind: 'ConnectionError', code: 'ledger.closed' };
    expect(uses.map(thrownBy)).toMatchObject(uses.map(() => closed));
  });

  it('an invalid statement is not a problem with the file', () => {
    const database = open();
    insert(database, 1);

    const violation = thrownBy(() => insert(database, 1));
    const invalid = thrownBy(() => database.all('SELECT nothing FROM nowhere'));

    expect([violation, invalid].map(isConstraintViolation)).toEqual([true, false]);
    expect([violation, invalid]).toMatchObject([{ code: 'ERR_SQLITE_ERROR' }, { code: 'ERR_SQLITE_ERROR' }]);
  });

  it('several processes that open a new file at the same time all succeed', async () => {
    const rounds = 60;
    const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const program = `
      const { parentPort, workerData: { library, folder, errors, shared, rounds, threads } } = require('node:worker_threads');
      import(library).then(({ Database }) => {
        const arrived = new Int32Array(shared);
        for (let round = 0; round < rounds; round += 1) {
          Atomics.add(arrived, 0, 1);
          while (Atomics.load(arrived, 0) < (round + 1) * threads);
          try {
            Database.open({ file: folder + '/' + round, errors }).close();
          } catch (error) {
            parentPort.postMessage(error.message);
          }
        }
      });
    `;
    const library = new URL('../dist/index.js', import.meta.url).href; // made by `npm run build`
    const threads = 4;
    const failures: string[] = [];

    await Promise.all(
      Array.from({ length: threads }, () => {
        const worker = new Worker(program, {
          eval: true,
          workerData: { library, folder, errors, shared, rounds, threads },
        });
        worker.on('message', (message: string) => failures.push(message));
        return new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject));
      }),
    );

    expect(failures).toEqual([]);
    expect(new Int32Array(shared)[0]).toBe(rounds * threads);
  });
});
