import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually, serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { Received } from '../../received.contract.js';
import { KafkaBus } from '../index.js';
import { LogLines } from '../log-lines.contract.js';
import { OtherClient } from '../other-client.contract.js';

const url = serverAddresses.kafka;
let bus: KafkaBus;
let other: OtherClient;

beforeEach(async () => {
  bus = await KafkaBus.open({
    url,
    client: 'platformatic',
    log: new LogLines(),
    partitions: 2,
    sessionTimeoutMs: 6_000,
  });
  other = new OtherClient(url);
});

afterEach(async () => {
  await bus.close();
  await other.close();
});

/** kafkajs looks at the metadata of topics every five minutes, which is too long for a test. */
it('partitions that a topic gets later are consumed within seconds, from their beginning', async () => {
  const topic = `test.${randomUUID()}`;
  const received = new Received();
  await bus.ensureTopics([topic]);
  await bus.subscribe({ group: topic, topics: [topic], handle: received.handle });
  await other.addPartitions(topic, 8);
  const published: string[] = [];
  await eventually('the publisher uses the new partitions, and all are consumed', async () => {
    const values = Array.from({ length: 40 }, () => randomUUID());
    await bus.publish(values.map((value) => ({ topic, key: value, value, headers: {} })));
    published.push(...values);
    return new Set(received.messages.map(({ partition }) => partition)).size === 8;
  });

  await received.atLeast(published.length);
  expect(received.values().sort()).toEqual(published.sort());
});
