import type { SQLOutputValue } from 'node:sqlite';
import type { IncomingMessage } from '../bus.js';

export type Row = Record<string, SQLOutputValue>;

/** The columns that `messageOf` reads. */
export const messageColumns = 'sequence, topic, partition, "offset", key, value, headers, recorded_at';

export function messageOf(row: Row): IncomingMessage {
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

function bytesOf(value: SQLOutputValue | undefined): Buffer | null {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : null;
}

function headersOf(json: string): Record<string, string> {
  const pairs: unknown = JSON.parse(json);
  return pairs as Record<string, string>; // written by MessageLog.append from the same type
}
