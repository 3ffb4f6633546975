/* Long, because it has each operation of the port, and says of each what one transaction of it covers. */

import { ProcessingError, type Clock } from '@batchmill/contracts';
import {
  Collection,
  type BulkCounts,
  type BulkUpdate,
  type Durability,
  type Fields,
  type Filter,
  type FindOptions,
  type IndexKeys,
  type Sort,
  type Update,
  type UpdateCounts,
} from '../store.js';
import type { Catalog } from './catalog/catalog.js';
import { ensureIndex, indexExists } from './catalog/ensure-index.js';
import { askedIndex, storedKeys, type Table } from './catalog/table.js';
import { termByColumns } from './find/term-by-columns.js';
import { cachingFinders, compileFinder, finderOfId, type Finder, type Match } from './find/finder.js';
import { planAccess } from './find/plan-access.js';
import { compileProjection } from './find/projection.js';
import { readMatching } from './find/read-matching.js';
import { Rows, type StoredRow } from './find/rows.js';
import { compileFilter } from './query/compile-filter.js';
import { describeId, refuseFilter } from './refusals.js';
import { compileUpdate, cachingUpdates, type CompiledUpdate } from './update/compile-update.js';
import { upsertBase } from './update/upsert-base.js';
import { decodeBody } from './values/body.js';
import { insertDocument, rewriteDocument } from './write/write-document.js';
import { documentsPerTransaction, writeEach, writeInPages } from './write/write-in-pages.js';

/**
 * A collection as a table of BSON. Every method is one transaction, or several of at most a thousand documents each.
 *
 * A read plans which rows to fetch (`find`) and keeps the documents that match the filter (`query`). A write shares its
 * transaction with others (`write`), finds its document in the same way and changes it (`update`). The `catalog` knows the
 * tables, columns and indexes; `values` compares and encodes values.
 */
export class EmbeddedCollection<T extends Fields = Fields> extends Collection<T> {
  readonly #catalog: Catalog;
  readonly #name: string;
  readonly #clock: Clock;

  constructor(catalog: Catalog, name: string, clock: Clock) {
    super();
    this.#catalog = catalog;
    this.#name = name;
    this.#clock = clock;
  }

  override async *find(
    filter: Filter,
    { sort, limit, projection, exactTypes = false }: FindOptions = {},
  ): AsyncGenerator<T> {
    if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
      refuseFilter(`${this.#name}: found the limit ${limit}, expected a whole number from 1, or none`);
    }
    const project = compileProjection(projection);
    let remaining = limit ?? Infinity;
    const reading = { sort, projection, exactTypes, wanted: limit };
    for await (const document of readMatching(this.#catalog, this.#name, filter, reading)) {
      yield project(document) as T; // the documents that were inserted into this collection have this type
      remaining -= 1;
      if (remaining === 0) {
        return;
      }
    }
  }

  override async findOne(filter: Filter, finding: Omit<FindOptions, 'limit' | 'exactTypes'> = {}): Promise<T | null> {
    const find = finderOfId(filter);
    if (find !== null) {
      const project = compileProjection(finding.projection);
      const match = this.#catalog.read(() => {
        const table = this.#catalog.table(this.#name);
        return table === null ? null : find(this.#catalog.database, table);
      });
      return match === null ? null : (project(match.document) as T); // what was inserted into this collection has this type
    }
    for await (const document of this.find(filter, { ...finding, limit: 1 })) {
      return document;
    }
    return null;
  }

  override async insertOne(document: T): Promise<void> {
    await this.#catalog.writes.write(() => insertDocument(this.#catalog, this.#name, document));
  }

  override async insertMany(documents: readonly T[]): Promise<void> {
    await writeEach(this.#catalog.writes, documents, (document) => insertDocument(this.#catalog, this.#name, document));
  }

  override async replaceMany(documents: readonly T[]): Promise<number> {
    let replaced = 0;
    const finderOf = cachingFinders();
    await writeEach(this.#catalog.writes, documents, (document) => {
      const table = this.#catalog.table(this.#name);
      const match = table === null ? null : finderOf({ _id: document['_id'] })(this.#catalog.database, table);
      if (table === null || match === null) {
        return;
      }
      const paths = table.fields.map(({ parts }) => parts.join('.'));
      rewriteDocument(this.#catalog, table, match.row, document, paths);
      replaced += 1;
    });
    return replaced;
  }

  override async updateOne(
    filter: Filter,
    update: Update,
    { upsert = false, durable }: { readonly upsert?: boolean } & Durability = {},
  ): Promise<UpdateCounts> {
    const find = compileFinder(filter);
    const compiled = compileUpdate(update);
    return this.#catalog.writes.write(() => {
      const counts = this.#updateFirst(find, compiled);
      if (counts.matched > 0 || !upsert) {
        return { ...counts, inserted: false };
      }
      this.#insertUpserted(filter, compiled);
      return { matched: 0, modified: 0, inserted: true };
    }, durable);
  }

  override async updateMany(filter: Filter, update: Update): Promise<UpdateCounts> {
    const compiled = compileUpdate(update);
    let matched = 0;
    let modified = 0;
    await this.#withEach(filter, (table, match) => {
      matched += 1;
      modified += Number(this.#change(table, match, compiled) !== null);
    });
    return { matched, modified, inserted: false };
  }

  override async bulk(updates: readonly BulkUpdate[]): Promise<BulkCounts> {
    let matched = 0;
    let modified = 0;
    const refused: { index: number; code: string; message: string }[] = [];
    const finderOf = cachingFinders();
    const compiledOf = cachingUpdates();
    await writeEach(this.#catalog.writes, [...updates.entries()], ([index, { filter, update, upsert = false }]) => {
      try {
        const compiled = compiledOf(update);
        const counts = this.#updateFirst(finderOf(filter), compiled);
        if (counts.matched === 0 && upsert) {
          this.#insertUpserted(filter, compiled);
        }
        matched += counts.matched;
        modified += counts.modified;
      } catch (error) {
        if (!(error instanceof ProcessingError)) {
          throw error;
        }
        refused.push({ index, code: error.code, message: error.message });
      }
    });
    return { matched, modified, refused };
  }

  override async findOneAndUpdate(
    filter: Filter,
    update: Update,
    { sort, durable }: { readonly sort?: Sort } & Durability = {},
  ): Promise<T | null> {
    const find = compileFinder(filter, sort);
    const compiled = compileUpdate(update);
    const document = await this.#catalog.writes.write(() => {
      const table = this.#catalog.table(this.#name);
      const match = table === null ? null : find(this.#catalog.database, table);
      if (table === null || match === null) {
        return null;
      }
      const body = this.#change(table, match, compiled);
      return body === null ? match.document : decodeBody(body);
    }, durable);
    return document as T | null; // the documents that were inserted into this collection have this type
  }

  override async count(filter: Filter): Promise<number> {
    if (Object.keys(filter).length === 0) return this.size();
    const counted = this.#catalog.read(() => {
      const table = this.#catalog.table(this.#name);
      const term = table === null ? null : termByColumns(table, filter);
      if (table === null || term === null) return null;
      const sql = `SELECT count(*) AS n FROM ${table.name} WHERE ${term.sql}`;
      return Number(this.#catalog.database.get(sql, ...term.values)?.['n']);
    });
    if (counted !== null) return counted;
    const matching = readMatching(this.#catalog, this.#name, filter, { projection: { _id: 1 } });
    let count = 0;
    while ((await matching.next()).done !== true) {
      count += 1;
    }
    return count;
  }

  override async size(): Promise<number> {
    return this.#catalog.read(() => {
      const table = this.#catalog.table(this.#name);
      const row = table === null ? null : this.#catalog.database.get(`SELECT count(*) AS n FROM ${table.name}`);
      return Number(row?.['n'] ?? 0);
    });
  }

  override async deleteMany(filter: Filter): Promise<number> {
    let deleted = 0;
    for (;;) {
      const page = await this.#catalog.writes.write(() => this.#deletePage(filter));
      if (page === null) break;
      deleted += page;
      if (page < documentsPerTransaction) return deleted;
    }
    await this.#withEach(filter, (table, { row }) => {
      deleted += this.#catalog.database.run(`DELETE FROM ${table.name} WHERE row = ?`, row);
    });
    return deleted;
  }

  /** Deletes without reading documents. Null: they have to be read. */
  #deletePage(filter: Filter): number | null {
    const table = this.#catalog.table(this.#name);
    const term = table === null ? null : termByColumns(table, filter);
    if (table === null || term === null) return null;
    const sql = `DELETE FROM ${table.name} WHERE row IN (SELECT row FROM ${table.name} WHERE ${term.sql} LIMIT ${documentsPerTransaction})`;
    return this.#catalog.database.run(sql, ...term.values);
  }

  override async ensureIndex(index: IndexKeys): Promise<void> {
    ensureIndex(this.#catalog, this.#name, index);
  }

  override async hasIndex(index: IndexKeys): Promise<boolean> {
    return this.#catalog.read(() =>
      indexExists(this.#catalog.table(this.#name), { ...index, keys: storedKeys(index) }),
    );
  }

  override async indexes(): Promise<readonly IndexKeys[]> {
    return this.#catalog.read(() => (this.#catalog.table(this.#name)?.indexes ?? []).map(askedIndex));
  }

  #updateFirst(find: Finder, update: CompiledUpdate): { readonly matched: number; readonly modified: number } {
    const table = this.#catalog.table(this.#name);
    const match = table === null ? null : find(this.#catalog.database, table);
    return table === null || match === null
      ? { matched: 0, modified: 0 }
      : { matched: 1, modified: Number(this.#change(table, match, update) !== null) };
  }

  #insertUpserted(filter: Filter, update: CompiledUpdate): void {
    const document = upsertBase(filter);
    this.#apply(document['_id'], update, document, true);
    insertDocument(this.#catalog, this.#name, document);
  }

  /** Returns the stored body, or null if the update changed nothing. */
  #change(table: Table, { row, document }: Match, update: CompiledUpdate): Uint8Array | null {
    const id = document['_id'];
    return this.#apply(id, update, document, false)
      ? rewriteDocument(this.#catalog, table, row, document, update.paths)
      : null;
  }

  /** Adds the collection and the document to the message of a refusal. */
  #apply(id: unknown, update: CompiledUpdate, document: Fields, inserting: boolean): boolean {
    try {
      return update.apply(document, { now: this.#clock.now(), inserting });
    } catch (error) {
      if (!(error instanceof ProcessingError)) {
        throw error;
      }
      throw new ProcessingError(error.code, `${this.#name}: ${describeId(id)}: ${error.message}`, { cause: error });
    }
  }

  /** Calls `write` for every document that still matches at that moment. */
  async #withEach(filter: Filter, write: (table: Table, match: Match) => void): Promise<void> {
    const matches = compileFilter(filter);
    let opened: { readonly table: Table; readonly rows: Rows } | null = null;
    const nextPage = (): readonly StoredRow[] => {
      const table = this.#catalog.table(this.#name);
      if (table === null) {
        return [];
      }
      opened ??= { table, rows: Rows.of(this.#catalog.database, table, planAccess(table, filter)) };
      return opened.rows.next(documentsPerTransaction);
    };
    await writeInPages(this.#catalog.writes, nextPage, ({ row, body }) => {
      const document = decodeBody(body);
      const table = this.#catalog.table(this.#name); // read again: a write may have changed the catalog
      if (table !== null && matches(document)) {
        write(table, { row, document });
      }
    });
  }
}
