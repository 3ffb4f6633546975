import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { IncomingMessage, OutgoingMessage } from '../bus.js';
import { logSchema } from './log-schema.js';
import { messageColumns, messageOf } from './logged-message.js';
import { busError, sqliteErrorOf } from './sqlite-error.js';

export interface PlacedMessage extends OutgoingMessage {
  readonly partition: number;
}

export interface PartitionOfGroup {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

const busyTimeoutMs = 10_000;

/**
 * The log's file, which several processes may have open. Every method is one statement or one transaction, durable when
 * it returns, and throws a ConnectionError when the file cannot be used.
 */
export class MessageLog {
  private readonly statements = new Map<string, StatementSync>();
  /** A topic never has more or fewer than it was made with. */
  private readonly partitions = new Map<string, number>();

  private constructor(
    readonly file: string,
    private readonly database: DatabaseSync,
  ) {}

  static open(file: string): MessageLog {
    let database: DatabaseSync | null = null;
    try {
      mkdirSync(dirname(file), { recursive: true });
      database = new DatabaseSync(file, { timeout: busyTimeoutMs });
      const log = new MessageLog(file, database);
      database.exec('PRAGMA synchronous = FULL');
      log.inTransaction((open) => open.exec(logSchema));
      database.exec('PRAGMA journal_mode = WAL');
      return log;
    } catch (error) {
      database?.close();
      throw sqliteErrorOf(error, file);
    }
  }

  makeTopics(topics: readonly string[], partitions: number): void {
    const missing = [...new Set(topics)].filter((topic) => this.partitionsOf(topic) === 0);
    if (missing.length === 0) return;
    this.inTransaction(() => {
      for (const topic of missing.filter((name) => this.partitionsOf(name) === 0)) {
        for (let partition = 0; partition < partitions; partition += 1) {
          this.prepared('INSERT INTO partitions (topic, partition, next_offset) VALUES (?, ?, 0)').run(
            topic,
            partition,
          );
        }
      }
    });
  }

  /** 0 for a topic that was never made. */
  partitionsOf(topic: string): number {
    const known = this.partitions.get(topic);
    if (known !== undefined) return known;
    const row = this.attempt(() => this.prepared('SELECT count(*) AS n FROM partitions WHERE topic = ?').get(topic));
    const partitions = Number(row?.['n']);
    if (partitions > 0) this.partitions.set(topic, partitions);
    return partitions;
  }

  /** All or none. */
  append(messages: readonly PlacedMessage[], recordedAt: Date): void {
    this.inTransaction(() => {
      for (const { topic, partition, key, value, headers } of messages) {
        const raised = this.prepared(
          'UPDATE partitions SET next_offset = next_offset + 1 WHERE topic = ? AND partition = ? RETURNING next_offset',
        ).get(topic, partition);
        const bytes = typeof value === 'string' ? Buffer.from(value) : value;
        this.prepared(
          'INSERT INTO messages (topic, partition, "offset", key, value, headers, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ).run(
          topic,
          partition,
          Number(raised?.['next_offset']) - 1,
          key,
          bytes,
          JSON.stringify(headers),
          recordedAt.getTime(),
        );
      }
    });
  }

  /** The first message that the group has not committed, or null. */
  next({ group, topic, partition }: PartitionOfGroup): IncomingMessage | null {
    const row = this.attempt(() =>
      this.prepared(
        `SELECT ${messageColumns} FROM messages WHERE topic = ? AND partition = ? AND "offset" >= coalesce(
           (SELECT next_offset FROM commits WHERE group_name = ? AND topic = ? AND partition = ?), 0)
         ORDER BY "offset" LIMIT 1`,
      ).get(topic, partition, group, topic, partition),
    );
    return row ? messageOf(row) : null;
  }

  /** Survives the end of the process. A loss of power may undo it: then the message comes again. */
  commit(group: string, { topic, partition, offset }: IncomingMessage): void {
    this.attempt(() => {
      this.database.exec('PRAGMA synchronous = NORMAL');
      try {
        this.prepared(
          `INSERT INTO commits (group_name, topic, partition, next_offset) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset`,
        ).run(group, topic, partition, Number(offset) + 1);
      } finally {
        this.database.exec('PRAGMA synchronous = FULL');
      }
    });
  }

  /** How many messages of a topic a group has not committed. */
  lag(group: string, topic: string): number {
    const row = this.attempt(() =>
      this.prepared(
        `SELECT sum((SELECT count(*) FROM messages m WHERE m.topic = p.topic AND m.partition = p.partition
                       AND m."offset" >= coalesce(c.next_offset, 0))) AS n
         FROM partitions p LEFT JOIN commits c
           ON c.group_name = ? AND c.topic = p.topic AND c.partition = p.partition
         WHERE p.topic = ?`,
      ).get(group, topic),
    );
    return Number(row?.['n'] ?? 0);
  }

  /** The sequence of the newest message of all. */
  newest(): number {
    return Number(this.attempt(() => this.prepared('SELECT max(sequence) AS n FROM messages').get())?.['n'] ?? 0);
  }

  /** The oldest messages of a topic after one sequence and up to another, with the sequence of the last of them. */
  page(topic: string, after: number, upTo: number, limit: number): { messages: IncomingMessage[]; last: number } {
    const rows = this.attempt(() =>
      this.prepared(
        `SELECT ${messageColumns} FROM messages WHERE topic = ? AND sequence > ? AND sequence <= ?
         ORDER BY sequence LIMIT ?`,
      ).all(topic, after, upTo, limit),
    );
    return { messages: rows.map(messageOf), last: Number(rows.at(-1)?.['sequence'] ?? upTo) };
  }

  /** Another number whenever another connection has written something. */
  version(): number {
    return Number(this.attempt(() => this.prepared('PRAGMA data_version').get())?.['data_version']);
  }

  noteConsumer(processId: number, since: Date): void {
    this.attempt(() =>
      this.prepared('INSERT OR REPLACE INTO consumer (only_one, process_id, since) VALUES (1, ?, ?)').run(
        processId,
        since.getTime(),
      ),
    );
  }

  /** The process that was the last to begin to consume. */
  lastConsumer(): number | null {
    const row = this.attempt(() => this.prepared('SELECT process_id FROM consumer').get());
    return row ? Number(row['process_id']) : null;
  }

  /** Throws when nothing could be written now. */
  check(): void {
    this.inTransaction(() => undefined);
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }

  private prepared(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private inTransaction(work: (database: DatabaseSync) => void): void {
    this.attempt(() => {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        work(this.database);
        this.database.exec('COMMIT');
      } catch (error) {
        if (this.database.isTransaction) this.database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  private attempt<T>(work: () => T): T {
    if (!this.database.isOpen) throw busError('bus.closed', `The bus in ${this.file} was closed: open it again.`);
    try {
      return work();
    } catch (error) {
      throw sqliteErrorOf(error, this.file);
    }
  }
}
