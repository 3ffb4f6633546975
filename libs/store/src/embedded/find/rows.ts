import type { Database, Row } from '@batchmill/sqlite';
import type { Table } from '../catalog/table.js';
import { unionSql, type IndexScan, type Term } from './index-scans.js';
import { everyKey, intersectRanges, keyAfter, type KeyRange, type KeyRanges } from './key-ranges.js';
import type { Access } from './plan-access.js';

/** A stored document: the number of its row, and its BSON. */
export interface StoredRow {
  readonly row: number;
  readonly body: Uint8Array;
}

const maxPageBytes = 4 * 1024 * 1024;

/** Reads the rows of an access in its order, page by page. Each call runs within a transaction of its own. */
export abstract class Rows {
  /** Returns the next rows, at most `maxRows` and a few megabytes. Returns none at the end. */
  abstract next(maxRows: number): StoredRow[];

  /** True: `next` would return none. False: it has to be asked. */
  abstract get hasEnded(): boolean;

  static of(database: Database, table: Table, access: Access): Rows {
    switch (access.kind) {
      case 'keys':
        return new RowsByKey(database, table, access.keys);
      case 'scan':
        return new RowsByScan(database, table, access.ranges, access.descending);
      case 'rows':
        return new RowsByNumber(database, table, () => rowNumbers(database, access));
      case 'merge':
        return new RowsByMerge(database, table, access.scans, access.descending);
      case 'union':
        return new RowsByUnion(database, table, access.scans);
    }
  }

  /** For rows whose numbers are known. */
  static numbered(database: Database, table: Table, numbers: readonly number[]): Rows {
    return new RowsByNumber(database, table, () => numbers);
  }
}

function storedRow(row: Row): StoredRow {
  return { row: Number(row['row']), body: row['body'] as Uint8Array }; // never NULL in the schema
}

/** Keeps the numbers alone: a million rows with one would take 200 MB. */
function rowNumbers(database: Database, { sql, values }: Term): number[] {
  return Array.from(database.iterate(sql, ...values), ({ row }) => Number(row));
}

export function rowByKey(database: Database, table: Table, key: Buffer): StoredRow | null {
  const row = database.get(`SELECT row, body FROM ${table.name} WHERE key = ?`, key);
  return row === undefined ? null : storedRow(row);
}

export function rowByNumber(database: Database, table: Table, number: number): StoredRow | null {
  const row = database.get(`SELECT row, body FROM ${table.name} WHERE row = ?`, number);
  return row === undefined ? null : storedRow(row);
}

/** Loads the rows one by one and skips those that were deleted. */
class RowsOneByOne<L> extends Rows {
  #position = 0;
  #hasEnded = false;

  constructor(
    private readonly locators: () => readonly L[],
    private readonly load: (locator: L) => StoredRow | null,
  ) {
    super();
  }

  override next(maxRows: number): StoredRow[] {
    const locators = this.locators();
    const rows: StoredRow[] = [];
    let bytes = 0;
    while (rows.length < maxRows && bytes < maxPageBytes && this.#position < locators.length) {
      const row = this.load(locators[this.#position++] as L); // the position is below the length
      if (row !== null) {
        rows.push(row);
        bytes += row.body.length;
      }
    }
    this.#hasEnded = this.#position >= locators.length;
    return rows;
  }

  override get hasEnded(): boolean {
    return this.#hasEnded;
  }
}

class RowsByKey extends RowsOneByOne<Buffer> {
  constructor(database: Database, table: Table, keys: readonly Buffer[]) {
    super(
      () => keys,
      (key) => rowByKey(database, table, key),
    );
  }
}

/** The query runs with the first page, so that later writes neither add nor remove rows. */
class RowsByNumber extends RowsOneByOne<number> {
  constructor(database: Database, table: Table, find: () => readonly number[]) {
    let numbers: readonly number[] | undefined;
    super(
      () => (numbers ??= find()),
      (number) => rowByNumber(database, table, number),
    );
  }
}

/** Its parameters are the two ends of a range of keys, and the most rows. */
export function scanSql(table: Table, descending: boolean): string {
  const order = descending ? 'DESC' : 'ASC';
  return `SELECT row, key, body FROM ${table.name} WHERE key >= ? AND key < ? ORDER BY key ${order} LIMIT ?`;
}

class RowsByScan extends Rows {
  readonly #remaining: KeyRange[];

  constructor(
    private readonly database: Database,
    private readonly table: Table,
    ranges: readonly KeyRange[],
    private readonly descending: boolean,
  ) {
    super();
    this.#remaining = descending ? ranges.toReversed() : [...ranges];
  }

  override next(maxRows: number): StoredRow[] {
    for (let range = this.#remaining.shift(); range !== undefined; range = this.#remaining.shift()) {
      const rows = this.#page(range, maxRows);
      if (rows.length > 0) {
        return rows;
      }
    }
    return [];
  }

  override get hasEnded(): boolean {
    return this.#remaining.length === 0;
  }

  /** Puts the rest of the range back in front. */
  #page(range: KeyRange, maxRows: number): StoredRow[] {
    const selected = this.database.iterate(scanSql(this.table, this.descending), range.from, range.to, maxRows);
    const rows: StoredRow[] = [];
    let bytes = 0;
    let last: Buffer | null = null;
    for (const row of selected) {
      rows.push(storedRow(row));
      last = Buffer.from(row['key'] as Uint8Array); // never NULL in the schema
      bytes += (row['body'] as Uint8Array).length;
      if (bytes >= maxPageBytes) {
        break;
      }
    }
    if (last !== null && (rows.length === maxRows || bytes >= maxPageBytes)) {
      this.#remaining.unshift(
        this.descending ? { from: range.from, to: last } : { from: keyAfter(last), to: range.to },
      );
    }
    return rows;
  }
}

/** The next rows of all scans, by their keys. Its last parameter is the most rows. */
export function mergeSql(table: Table, scans: readonly IndexScan[], descending: boolean): Term {
  const { sql, values } = unionSql(table, scans, 'row, key');
  return { sql: `${sql} ORDER BY key ${descending ? 'DESC' : 'ASC'} LIMIT ?`, values };
}

class RowsByMerge extends Rows {
  #remaining: KeyRanges = everyKey;
  #hasEnded = false;

  constructor(
    private readonly database: Database,
    private readonly table: Table,
    private readonly scans: readonly IndexScan[],
    private readonly descending: boolean,
  ) {
    super();
  }

  override next(maxRows: number): StoredRow[] {
    const scans = this.scans.map(({ conditions, keys }) => ({
      conditions,
      keys: this.#remaining === everyKey ? keys : intersectRanges(keys, this.#remaining),
    }));
    const { sql, values } = mergeSql(this.table, scans, this.descending);
    const found = this.database.all(sql, ...values, maxRows);
    const rows: StoredRow[] = [];
    let bytes = 0;
    for (const [index, { row: number, key }] of found.entries()) {
      if (bytes >= maxPageBytes) break;
      this.#passed(Buffer.from(key as Uint8Array)); // never NULL in the schema
      if (number === found[index - 1]?.['row']) continue;
      const row = rowByNumber(this.database, this.table, Number(number));
      if (row === null) continue;
      rows.push(row);
      bytes += row.body.length;
    }
    this.#hasEnded = found.length < maxRows && bytes < maxPageBytes;
    return rows;
  }

  override get hasEnded(): boolean {
    return this.#hasEnded;
  }

  #passed(key: Buffer): void {
    const range = this.descending ? { from: Buffer.of(), to: key } : { from: keyAfter(key), to: Buffer.of(0xff) };
    this.#remaining = [range];
  }
}

/** Most who ask for documents in no order need a few of them: the first are found without the others. */
const firstRows = 2_000;

class RowsByUnion extends Rows {
  readonly #passed = new Set<number>();
  #found: number[] = [];
  #hasFoundAll = false;

  constructor(
    private readonly database: Database,
    private readonly table: Table,
    private readonly scans: readonly IndexScan[],
  ) {
    super();
  }

  override next(maxRows: number): StoredRow[] {
    const rows: StoredRow[] = [];
    let bytes = 0;
    while (rows.length < maxRows && bytes < maxPageBytes) {
      if (this.#found.length === 0) this.#find();
      const number = this.#found.pop();
      if (number === undefined) break;
      const row = rowByNumber(this.database, this.table, number);
      if (row === null) continue;
      rows.push(row);
      bytes += row.body.length;
    }
    return rows;
  }

  override get hasEnded(): boolean {
    return this.#hasFoundAll && this.#found.length === 0;
  }

  /** At the second time all that were not found at the first. */
  #find(): void {
    if (this.#hasFoundAll) return;
    const limit = this.#passed.size === 0 ? firstRows : -1;
    const { sql, values } = unionSql(this.table, this.scans, 'row');
    const found = rowNumbers(this.database, { sql: `${sql} LIMIT ?`, values: [...values, limit] });
    this.#hasFoundAll = limit === -1 || found.length < limit;
    this.#found = [...new Set(found)].filter((number) => !this.#passed.has(number)).toReversed();
    for (const number of this.#found) this.#passed.add(number);
  }
}
