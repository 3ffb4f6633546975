/* Long, because every statement on the file of the bus is here, beside its schema. */

import { Database, type FileErrors, type Row } from '@batchmill/sqlite';
import { crc32 } from 'node:zlib';
import type { IncomingMessage, OutgoingMessage } from '../bus.js';

export interface Partition {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionOfGroup extends Partition {
  readonly group: string;
}

export const busFileErrors: FileErrors = {
  kind: 'bus',
  unavailable: 'bus.unavailable',
  diskFull: 'bus.disk-full',
  unreadable: 'bus.unavailable',
  closed: 'bus.closed',
};

/**
 * `offset` counts from 0 within its partition. `sequence` orders all messages as they were recorded.
 * `partitions.next_offset` is stored apart from the messages, so that offsets are not reused after messages are purged.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS partitions (
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (topic, partition)
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS messages (
    sequence INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    key TEXT,
    value BLOB,
    headers TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    UNIQUE (topic, partition, "offset")
  );
  CREATE INDEX IF NOT EXISTS messages_of_topic ON messages (topic);

  CREATE TABLE IF NOT EXISTS commits (
    group_name TEXT NOT NULL,
    topic TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next_offset INTEGER NOT NULL,
    PRIMARY KEY (group_name, topic, partition)
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS consumer (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    process_id INTEGER NOT NULL,
    since INTEGER NOT NULL
  );
`;

/** The columns that `messageOf` reads. */
const messageColumns = 'sequence, topic, partition, "offset", key, value, headers, recorded_at';

/**
 * The file of the log, which several processes may have open. Every method is one statement or one transaction, is
 * durable when it returns, and throws a ConnectionError if the file cannot be used.
 */
export class MessageLog {
  /** The number of partitions of a topic never changes. */
  private readonly partitions = new Map<string, number>();
  private keylessCount = 0;

  private constructor(private readonly database: Database) {}

  static open(file: string): MessageLog {
    return new MessageLog(Database.open({ file, errors: busFileErrors, schema }));
  }

  createTopics(topics: readonly string[], partitions: number): void {
    const missing = [...new Set(topics)].filter((topic) => this.partitionsOf(topic) === 0);
    if (missing.length === 0) return;
    this.database.write(() => {
      for (const topic of missing.filter((name) => this.partitionsOf(name) === 0)) {
        for (let partition = 0; partition < partitions; partition += 1) {
          this.database.run(
            'INSERT INTO partitions (topic, partition, next_offset) VALUES (?, ?, 0)',
            topic,
            partition,
          );
        }
      }
    });
  }

  /** 0 for a topic that does not exist. */
  partitionsOf(topic: string): number {
    const known = this.partitions.get(topic);
    if (known !== undefined) return known;
    const row = this.database.get('SELECT count(*) AS n FROM partitions WHERE topic = ?', topic);
    const partitions = Number(row?.['n']);
    if (partitions > 0) this.partitions.set(topic, partitions);
    return partitions;
  }

  /**
   * Appends all or none, to existing topics. Returns the partition of each. No message has an earlier time than one that was
   * appended before it, whatever the clocks of the processes do.
   */
  append(messages: readonly OutgoingMessage[], now: Date): Partition[] {
    return this.database.write(() => {
      const last = this.database.get('SELECT recorded_at FROM messages ORDER BY sequence DESC LIMIT 1');
      const recordedAt = new Date(Math.max(now.getTime(), Number(last?.['recorded_at'] ?? 0)));
      return messages.map((message) => this.appendOne(message, recordedAt));
    });
  }

  /** The first message that the group has not committed, or null. */
  next({ group, topic, partition }: PartitionOfGroup): IncomingMessage | null {
    const row = this.database.get(
      `SELECT ${messageColumns} FROM messages WHERE topic = ? AND partition = ? AND "offset" >= coalesce(
         (SELECT next_offset FROM commits WHERE group_name = ? AND topic = ? AND partition = ?), 0)
       ORDER BY "offset" LIMIT 1`,
      ...[topic, partition, group, topic, partition],
    );
    return row ? messageOf(row) : null;
  }

  /** From then on the messages of these topics stay until the group has committed them. */
  addGroup(group: string, topics: readonly string[]): void {
    this.database.write(() => {
      for (const topic of topics) {
        this.database.run(
          `INSERT INTO commits (group_name, topic, partition, next_offset)
           SELECT ?, topic, partition, 0 FROM partitions WHERE topic = ? ON CONFLICT DO NOTHING`,
          group,
          topic,
        );
      }
    });
  }

  /** Survives the end of the process. A loss of power may undo it; the message is then redelivered. */
  commit(group: string, { topic, partition, offset }: IncomingMessage): void {
    this.database.write(
      () =>
        this.database.run(
          `INSERT INTO commits (group_name, topic, partition, next_offset) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset`,
          ...[group, topic, partition, Number(offset) + 1],
        ),
      false,
    );
  }

  /** How many messages of a topic a group has not committed. */
  lag(group: string, topic: string): number {
    const row = this.database.get(
      `SELECT sum((SELECT count(*) FROM messages m WHERE m.topic = p.topic AND m.partition = p.partition
                     AND m."offset" >= coalesce(c.next_offset, 0))) AS n
       FROM partitions p LEFT JOIN commits c
         ON c.group_name = ? AND c.topic = p.topic AND c.partition = p.partition
       WHERE p.topic = ?`,
      group,
      topic,
    );
    return Number(row?.['n'] ?? 0);
  }

  /** The sequence of the newest message. */
  newest(): number {
    return Number(this.database.get('SELECT max(sequence) AS n FROM messages')?.['n'] ?? 0);
  }

  /** Returns the oldest messages of a topic after one sequence and up to another, and the sequence of the last of them. */
  page(topic: string, after: number, upTo: number, limit: number): { messages: IncomingMessage[]; last: number } {
    const rows = this.database.all(
      `SELECT ${messageColumns} FROM messages WHERE topic = ? AND sequence > ? AND sequence <= ?
       ORDER BY sequence LIMIT ?`,
      ...[topic, after, upTo, limit],
    );
    return { messages: rows.map(messageOf), last: Number(rows.at(-1)?.['sequence'] ?? upTo) };
  }

  /** The oldest messages after a sequence, as long as they were recorded before a time. `last`: the sequence of the last of them; null: there is none. */
  oldest(after: number, before: Date, limit: number): { messages: IncomingMessage[]; last: number | null } {
    const rows = this.database.all(
      `SELECT ${messageColumns} FROM messages WHERE sequence > ? ORDER BY sequence LIMIT ?`,
      after,
      limit,
    );
    // None is older than one that was recorded before it.
    const old = rows.filter((row) => Number(row['recorded_at']) < before.getTime());
    return { messages: old.map(messageOf), last: old.length === 0 ? null : Number(old.at(-1)?.['sequence']) };
  }

  /** By topic and partition, the first offset that some group of the topic has not committed. Topics without a group are missing. */
  committed(): (partition: Partition) => number | null {
    const rows = this.database.all(
      `SELECT p.topic, p.partition, min(coalesce(c.next_offset, 0)) AS committed
       FROM partitions p JOIN (SELECT DISTINCT group_name, topic FROM commits) g ON g.topic = p.topic
       LEFT JOIN commits c ON c.group_name = g.group_name AND c.topic = p.topic AND c.partition = p.partition
       GROUP BY p.topic, p.partition`,
    );
    const offsets = new Map(
      rows.map((row) => [`${String(row['topic'])}/${Number(row['partition'])}`, Number(row['committed'])]),
    );
    return ({ topic, partition }) => offsets.get(`${topic}/${partition}`) ?? null;
  }

  delete(messages: readonly IncomingMessage[]): void {
    if (messages.length === 0) return;
    this.database.write(() => {
      for (const { topic, partition, offset } of messages) {
        const sql = 'DELETE FROM messages WHERE topic = ? AND partition = ? AND "offset" = ?';
        this.database.run(sql, topic, partition, Number(offset));
      }
    });
  }

  compact(): boolean {
    return this.database.compact();
  }

  /** A number that changes when another connection writes. */
  version(): number {
    return Number(this.database.get('PRAGMA data_version')?.['data_version']);
  }

  recordConsumer(processId: number, since: Date): void {
    this.database.write(() =>
      this.database.run(
        'INSERT OR REPLACE INTO consumer (only_one, process_id, since) VALUES (1, ?, ?)',
        processId,
        since.getTime(),
      ),
    );
  }

  /** The process that became the consumer last. */
  lastConsumer(): number | null {
    const row = this.database.get('SELECT process_id FROM consumer');
    return row ? Number(row['process_id']) : null;
  }

  /** Throws if a write would fail. */
  check(): void {
    this.database.write(() => undefined);
  }

  close(): void {
    this.database.close();
  }

  private appendOne({ topic, key, value, headers }: OutgoingMessage, recordedAt: Date): Partition {
    const partitions = this.partitionsOf(topic);
    const partition = key === null ? this.keylessCount++ % partitions : partitionOf(key, partitions);
    const updated = this.database.get(
      'UPDATE partitions SET next_offset = next_offset + 1 WHERE topic = ? AND partition = ? RETURNING next_offset',
      topic,
      partition,
    );
    const offset = Number(updated?.['next_offset']) - 1;
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.database.run(
      'INSERT INTO messages (topic, partition, "offset", key, value, headers, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[topic, partition, offset, key, bytes, JSON.stringify(headers), recordedAt.getTime()],
    );
    return { topic, partition };
  }
}

/** Never changes for a key, because the files depend on it. */
export function partitionOf(key: string, partitions: number): number {
  return crc32(key) % partitions;
}

function messageOf(row: Row): IncomingMessage {
  return {
    topic: String(row['topic']),
    partition: Number(row['partition']),
    offset: String(row['offset']),
    key: typeof row['key'] === 'string' ? row['key'] : null,
    value: bytesOf(row['value']),
    headers: headersOf(String(row['headers'])),
    recordedAt: new Date(Number(row['recorded_at'])),
  };
}

function bytesOf(value: Row[string] | undefined): Buffer | null {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : null;
}

function headersOf(json: string): Record<string, string> {
  const pairs: unknown = JSON.parse(json);
  return pairs as Record<string, string>; // written by `append` from the same type
}
