import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import type { OutgoingMessage } from '../bus.js';
import { OtherProcess } from '../other-process.contract.js';
import { Received } from '../received.contract.js';
import { kafkaClients } from './clients.contract.js';
import { KafkaBus, type KafkaClientName } from './index.js';
import { OtherClient } from './other-client.contract.js';
import { LogLines } from './log-lines.contract.js';

const url = serverAddresses.kafka;
const sessionTimeoutMs = 6_000;

describe.each(kafkaClients)('A member of a group on Kafka by %s', (client) => {
  let bus: KafkaBus;
  let other: OtherClient;
  let log: LogLines;
  let topic: string;
  let group: string;
  let processes: OtherProcess[];

  const message = (key: string | null, value = key ?? 'value'): OutgoingMessage => ({ topic, key, value, headers: {} });
  const many = (count: number) => Array.from({ length: count }, (_, number) => message(`key ${number}`));
  const run = (program: string) => {
    const process = OtherProcess.runOnKafka({ url, client }, program);
    processes.push(process);
    return process;
  };
  const open = () => KafkaBus.open({ url, client, log, partitions: 4, redeliveryPauseMs: 50, sessionTimeoutMs });

  beforeEach(async () => {
    log = new LogLines();
    bus = await open();
    other = new OtherClient(url);
    topic = `test.${randomUUID()}`;
    group = `group-${topic}`;
    processes = [];
    await bus.ensureTopics([topic]);
  });

  afterEach(async () => {
    for (const each of processes) await each.kill();
    await bus.close();
    await other.close();
  });

  it('S5: a killed member is replaced, and the message that it was handling is redelivered to another one', async () => {
    await bus.publish([message('a', 'held')]);
    const victim = run(`
      const handle = (message) => { print(String(message.value)); return new Promise(() => undefined); };
      await bus.subscribe({ group: '${group}', topics: ['${topic}'], handle });
    `);
    await victim.printed(1);
    await victim.kill();
    const received = new Received();
    await bus.subscribe({ group, topics: [topic], handle: received.handle });

    await received.atLeast(1);
    expect(received.values()).toEqual(['held']);
  });

  it('a handler that takes longer than the session timeout stays in the group, and its message is handled once', async () => {
    const began = performance.now();
    const received = new Received(async ({ value }) => {
      if (String(value) !== 'long') return;
      await eventually('longer than the session', () => performance.now() - began > 1.5 * sessionTimeoutMs);
    });
    await bus.publish([message('a', 'long'), message('a', 'next')]);
    await bus.subscribe({ group, topics: [topic], handle: received.handle });

    await received.atLeast(2);
    expect(received.values()).toEqual(['long', 'next']);
    expect(log.of('debug').filter((line) => line.endsWith('joined the group'))).toHaveLength(1);
  });

  it('a member that joins gets its share, and no message is handled twice', async () => {
    const [first, second] = [new Received(), new Received()];
    await bus.subscribe({ group, topics: [topic], handle: first.handle });
    const publishing = (async () => {
      for (const each of many(200)) await bus.publish([each]);
    })();
    await first.atLeast(10);
    await bus.subscribe({ group, topics: [topic], handle: second.handle });
    await publishing;
    await bus.publish(many(40).map((each) => ({ ...each, value: `late ${each.key}` })));

    await eventually('all of them', () => first.messages.length + second.messages.length >= 240);
    const all = [...first.values(), ...second.values()];
    expect(new Set(all).size).toBe(240);
    expect(all).toHaveLength(240);
    expect(second.messages.length).toBeGreaterThan(0);
  });

  it('a topic that is deleted and created again is consumed from its new beginning', async () => {
    const received = new Received();
    await bus.publish(['1', '2', '3'].map((value) => message('a', value)));
    await bus.subscribe({ group, topics: [topic], handle: received.handle });
    await received.atLeast(3);
    await other.deleteTopic(topic);
    await bus.publish([message('a', 'after')]);

    await received.until((messages) => messages.some(({ value }) => String(value) === 'after'));
    expect(received.values()).toEqual(['1', '2', '3', 'after']);
  });

  it('a topic that is created again with the same number of messages is consumed from its new beginning', async () => {
    const received = new Received();
    await bus.publish([message('a', 'before')]);
    await bus.subscribe({ group, topics: [topic], handle: received.handle });
    await received.atLeast(1);
    await other.deleteTopic(topic);
    await bus.publish([message('a', 'after')]);

    await received.atLeast(2);
    expect(received.values()).toEqual(['before', 'after']);
  });

  it('a subscription that can never get an assignment rejects as dead', async () => {
    await other.joinByOtherProtocol(group, topic);

    await expect(bus.subscribe({ group, topics: [topic], handle: async () => undefined })).rejects.toMatchObject({
      kind: 'ConnectionError',
      code: 'bus.subscription-died',
      message: expect.stringContaining(group),
    });
  });

  it('a subscription that dies later reports it to its owner once', async () => {
    const frozen = run(`
      const subscription = await bus.subscribe({ group: '${group}', topics: ['${topic}'], handle: async () => undefined });
      print('subscribed');
      const error = await subscription.died;
      print(error.code);
      await subscription.stop();
      await bus.close();
      print('closed');
    `);
    await frozen.printed(1);
    process.kill(frozen.id, 'SIGSTOP');
    await eventually('the group is empty', async () => (await other.membersOf(group)) === 0);
    await other.joinByOtherProtocol(group, topic);
    process.kill(frozen.id, 'SIGCONT');

    expect(await frozen.printed(3)).toEqual(['subscribed', 'bus.subscription-died', 'closed']);
    await frozen.end();
  });

  it('stopping does not wait for the pause of a failed message', async () => {
    const slow = await KafkaBus.open({ url, client, log, redeliveryPauseMs: 3_600_000, sessionTimeoutMs });
    const received = new Received(() => Promise.reject(new Error('always')));
    await slow.publish([message('a')]);
    await slow.subscribe({ group, topics: [topic], handle: received.handle });
    await received.atLeast(1);

    await slow.close();
    expect(received.messages).toHaveLength(1);
  });

  it('a member that leaves is replaced at once, without waiting for its session timeout', async () => {
    const received = new Received();
    const patient = await KafkaBus.open({
      url,
      client,
      log: new LogLines(),
      partitions: 4,
      sessionTimeoutMs: 1_800_000,
    });
    const leaving = await patient.subscribe({ group, topics: [topic], handle: async () => undefined });
    await patient.subscribe({ group, topics: [topic], handle: received.handle });
    await leaving.stop();
    await patient.publish(many(20));

    expect(await received.atLeast(20)).toHaveLength(20);
    await patient.close();
  });
});

describe('A group whose members have different clients', () => {
  it.each([
    ['kafkajs first, then platformatic', 'kafkajs', 'platformatic'],
    ['platformatic first, then kafkajs', 'platformatic', 'kafkajs'],
  ] as const)('shares its messages and goes on from where the other client stopped: %s', async (_, before, after) => {
    const topic = `test.${randomUUID()}`;
    const open = (client: KafkaClientName) =>
      KafkaBus.open({ url, client, log: new LogLines(), partitions: 4, redeliveryPauseMs: 50, sessionTimeoutMs });
    const [one, other] = [await open(before), await open(after)];
    const publish = (from: number) =>
      one.publish(
        Array.from({ length: 40 }, (_each, at) => ({
          ...{ topic, key: `key ${from + at}`, value: String(from + at), headers: {} },
        })),
      );
    const [first, second] = [new Received(), new Received()];
    const leaving = await one.subscribe({ group: topic, topics: [topic], handle: first.handle });
    await publish(0);
    await first.atLeast(40);
    await other.subscribe({ group: topic, topics: [topic], handle: second.handle });
    await publish(40);
    await eventually('both have their share', () => first.messages.length + second.messages.length >= 80);
    await leaving.stop();
    await publish(80);

    await eventually('the one that stays has the rest', () => first.messages.length + second.messages.length >= 120);
    const all = [...first.values(), ...second.values()];
    expect(first.messages.length).toBeGreaterThan(40);
    expect(second.messages.length).toBeGreaterThan(40);
    expect(all).toHaveLength(120);
    expect(new Set(all).size).toBe(120);
    await one.close();
    await other.close();
  });
});
