import { DatabaseSync } from 'node:sqlite';
import { chunks } from './chunks.ts';

/* Fills a plain table of SQLite with the documents that `load-documents.ts` puts into a store: `<file> <documents>`. */
const [file = '', count = ''] = process.argv.slice(2);
const database = new DatabaseSync(file);
database.exec('CREATE TABLE chunks (id TEXT PRIMARY KEY, book TEXT, title TEXT, text TEXT, status TEXT)');
const insert = database.prepare('INSERT INTO chunks (id, book, title, text) VALUES (?, ?, ?, ?)');
database.exec('BEGIN');
for (const { _id, book, title, text } of chunks(0, Number(count))) insert.run(_id, book, title, text);
database.exec('COMMIT');
database.close();
