/**
 * `offset` counts from 0 within its partition; `sequence` orders all messages as they were recorded.
 * `partitions.next_offset` is kept apart from the messages, so that offsets are never used again when messages are purged.
 */
export const logSchema = `
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
