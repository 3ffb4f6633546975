import { describe, expect, it } from '@jest/globals';
import type { BusDescription, DescribedTopic } from '@batchmill/bus';
import { groupFindings } from './checks/bus-groups.js';
import { missingTopicsFinding, settingFindings } from './topic-findings.js';

const right: DescribedTopic = {
  topic: 'run.requested',
  partitions: 6,
  replicas: 3,
  maxMessageBytes: 1_048_588,
  isTimedByBus: true,
};
const settings = { partitions: 6, replicationFactor: 3 };
const described = (changes: Partial<BusDescription>): BusDescription => ({
  brokers: 3,
  names: [],
  topics: [],
  groups: [],
  ...changes,
});

describe('topics', () => {
  const topics = ['run.requested', 'run.finished'];
  const missing = { topics, missing: topics, prefix: 'staging.', hasWorked: false };

  it.each([
    ['all of them before the first start', [], missing, 'ok', null],
    ['all of them before the first start, beside others', ['production.run.requested'], missing, 'ok', null],
    ['all of them where work was done', [], { ...missing, hasWorked: true }, 'failed', 'batchmill topics create'],
    ['some of them', [], { ...missing, missing: ['run.finished'] }, 'warning', 'batchmill topics create'],
    [
      'all of them beside those without a prefix',
      ['run.requested', 'other'],
      { ...missing, hasWorked: true },
      'failed',
      'set BATCHMILL_TOPIC_PREFIX= if that is this one; if it is another: batchmill topics create',
    ],
    [
      'all of them beside those of another prefix',
      ['production.run.requested', 'production.run.finished'],
      { ...missing, hasWorked: true },
      'failed',
      'set BATCHMILL_TOPIC_PREFIX=production. if that is this one; if it is another: batchmill topics create',
    ],
  ])('Y5: missing topics: %s', (_, names, found, level, remedy) => {
    expect(missingTopicsFinding(described({ names }), found)).toMatchObject({ level, remedy });
  });

  it('topics that are as Batchmill creates them need no setting', () => {
    expect(settingFindings(described({ topics: [right] }), { prefix: '', settings })).toEqual([]);
    const fewBrokers = described({ brokers: 1, topics: [{ ...right, replicas: 1 }] });
    expect(settingFindings(fewBrokers, { prefix: '', settings })).toEqual([]);
  });

  it.each([
    [{ isTimedByBus: false }, 'message.timestamp.type=LogAppendTime'],
    [{ maxMessageBytes: 1_000 }, 'max.message.bytes=1048588'],
    [{ partitions: 1 }, '--topic TOPIC --partitions 6'],
    [{ replicas: 1 }, 'set BATCHMILL_REPLICATION lower'],
  ])('Y5: a topic with %j is named with the command that mends it', (changes, remedy) => {
    const [finding, ...more] = settingFindings(described({ topics: [{ ...right, ...changes }] }), {
      prefix: 'staging.',
      settings,
    });

    expect(finding?.text).toContain('staging.run.requested');
    expect(finding).toMatchObject({ level: 'warning', remedy: expect.stringContaining(remedy) });
    expect(more).toEqual([]);
  });

  it('what the brokers do not tell is not wrong', () => {
    const unknown = {
      topic: 'run.requested',
      partitions: null,
      replicas: null,
      maxMessageBytes: null,
      isTimedByBus: null,
    };

    expect(settingFindings(described({ topics: [unknown] }), { prefix: '', settings })).toEqual([]);
  });
});

describe('consumer groups', () => {
  const of = (client: string) => ({
    groups: [{ group: 'batchmill.notifier', members: [{ client, host: '10.0.0.2' }] }],
  });

  it.each([
    ['no process', { groups: [] }, false, 'ok'],
    ['a service of an installation that works', of('staging.batchmill-all-in-one'), true, 'ok'],
    ['a service, and nothing works on this state', of('staging.batchmill-all-in-one'), false, 'warning'],
    ['another program', of('console-consumer'), true, 'warning'],
  ])('Y5: the members of consumer groups: %s', (_, groups, isOurs, level) => {
    expect(groupFindings(groups, { prefix: 'staging.', isOurs })).toMatchObject([{ level }]);
  });
});
