import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { IncomingMessage } from '../../bus.js';

/** A Kafka record as a message of the port. Of repeated headers the last counts. */
export function incomingMessage(topic: string, partition: number, record: KafkaMessage): IncomingMessage {
  return {
    topic,
    partition,
    offset: record.offset,
    key: record.key === null ? null : record.key.toString(),
    value: record.value,
    headers: headersOf(record.headers),
    recordedAt: new Date(Number(record.timestamp)),
  };
}

function headersOf(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: IHeaders[string]): string {
  return (Array.isArray(value) ? value.at(-1) : value)?.toString() ?? '';
}
