import type { FetchResponsePartition } from './fetch-response.js';
import type { IncomingMessage } from '../../bus.js';

type Batch = NonNullable<FetchResponsePartition['records']>[number];
type KafkaRecord = Batch['records'][number];

/** Bits of a batch's attributes in Kafka's protocol. */
const [timeOfBroker, transactional, control] = [8, 16, 32];
/** The type of the marker that ends an aborted transaction. */
const abort = 0;

/**
 * The messages of a response from an offset on, without those of aborted transactions. The client has a call that fetches, too, but
 * it gives messages the time of their producer, whatever the topic says, and keeps those of an aborted transaction
 * whose end is in a later response.
 */
export function incomingMessages(topic: string, fetched: FetchResponsePartition, from: bigint): IncomingMessage[] {
  const messages: IncomingMessage[] = [];
  const aborted = new Set(fetched.abortedTransactions ?? []);
  const aborting = new Set<bigint>();
  for (const batch of fetched.records ?? []) {
    const last = endOf(batch) - 1n;
    for (const transaction of aborted) {
      if (transaction.firstOffset > last) continue;
      aborting.add(transaction.producerId);
      aborted.delete(transaction);
    }
    if (batch.attributes & control) {
      if (batch.records[0]?.key?.readInt16BE(2) === abort) aborting.delete(batch.producerId);
      continue;
    }
    if (batch.attributes & transactional && aborting.has(batch.producerId)) continue;
    for (const record of batch.records) {
      const offset = batch.firstOffset + BigInt(record.offsetDelta);
      if (offset >= from) messages.push(incomingMessage(topic, fetched.partitionIndex, batch, record));
    }
  }
  return messages;
}

/** The offset after the last one of a batch, whether or not there is a message at it. */
export function endOf(batch: Batch): bigint {
  return batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
}

/** Of repeated headers the last counts. */
function incomingMessage(topic: string, partition: number, batch: Batch, record: KafkaRecord): IncomingMessage {
  const time = batch.attributes & timeOfBroker ? batch.maxTimestamp : batch.firstTimestamp + record.timestampDelta;
  return {
    topic,
    partition,
    offset: String(batch.firstOffset + BigInt(record.offsetDelta)),
    key: record.key === null ? null : record.key.toString(),
    value: record.value,
    headers: Object.fromEntries(record.headers.map(([name, value]) => [String(name ?? ''), String(value ?? '')])),
    recordedAt: new Date(Number(time)),
  };
}
