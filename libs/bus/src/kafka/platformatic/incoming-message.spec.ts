import { describe, expect, it } from '@jest/globals';
import type { RecordsBatch } from '@platformatic/kafka';
import { incomingMessages } from './incoming-message.js';

const [timeOfBroker, transactional, control] = [8, 16, 32];

describe('The messages of a fetched partition', () => {
  const batch = (firstOffset: bigint, values: readonly string[], more: Partial<RecordsBatch> = {}): RecordsBatch => ({
    firstOffset,
    ...{ length: 0, partitionLeaderEpoch: 0, magic: 2, crc: 0, attributes: 0, producerEpoch: 0, firstSequence: 0 },
    ...{ firstTimestamp: 1_000n, maxTimestamp: 9_000n, producerId: -1n },
    lastOffsetDelta: values.length - 1,
    records: values.map((value, at) => ({
      ...{ length: 0, attributes: 0, timestampDelta: BigInt(at), offsetDelta: at, key: null, headers: [] },
      value: Buffer.from(value),
    })),
    ...more,
  });
  const marker = (firstOffset: bigint, producerId: bigint, type: 'abort' | 'commit'): RecordsBatch => {
    const ended = batch(firstOffset, [''], { attributes: transactional | control, producerId });
    const key = Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]);
    return { ...ended, records: ended.records.map((record) => ({ ...record, key })) };
  };
  const read = (
    records: RecordsBatch[],
    { aborted = [], from = 0n }: { aborted?: { producerId: bigint; firstOffset: bigint }[]; from?: bigint } = {},
  ) => incomingMessages('work', { partitionIndex: 0, errorCode: 0, abortedTransactions: aborted, records }, from);
  const valuesOf = (messages: ReturnType<typeof read>) => messages.map(({ value }) => String(value));

  it('messages before the offset are left out: a broker answers with whole batches', () => {
    expect(read([batch(10n, ['a', 'b', 'c'])], { from: 11n }).map(({ offset }) => offset)).toEqual(['11', '12']);
  });

  it('R10: a message has the time of the brokers where the topic says so, else that of its producer', () => {
    const [byBroker] = read([batch(0n, ['a'], { attributes: timeOfBroker })]);
    const [, byProducer] = read([batch(0n, ['a', 'b'])]);

    expect([byBroker?.recordedAt, byProducer?.recordedAt]).toEqual([new Date(9_000), new Date(1_001)]);
  });

  it('every message of an aborted transaction is left out, also when its end is in a later answer', () => {
    const part = batch(0n, ['aborted'], { attributes: transactional, producerId: 7n });

    expect(valuesOf(read([part, batch(1n, ['other'])], { aborted: [{ producerId: 7n, firstOffset: 0n }] }))).toEqual([
      'other',
    ]);
  });

  it('of a producer with several transactions, each is read or left out by itself', () => {
    const of = (offset: bigint, value: string) => batch(offset, [value], { attributes: transactional, producerId: 7n });
    const records = [
      ...[of(0n, 'aborted'), marker(1n, 7n, 'abort'), of(2n, 'committed'), marker(3n, 7n, 'commit')],
      ...[of(4n, 'aborted too'), marker(5n, 7n, 'abort'), of(6n, 'committed too'), marker(7n, 7n, 'commit')],
    ];
    const aborted = [4n, 0n].map((firstOffset) => ({ producerId: 7n, firstOffset }));

    expect(valuesOf(read(records, { aborted }))).toEqual(['committed', 'committed too']);
  });
});
