import { SystemClock } from '@batchmill/contracts';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBusContract } from './bus.contract.js';
import { deadLetterOf, PrefixedBus, type Bus } from './index.js';
import { EmbeddedBus } from './embedded/index.js';
import { Received, messagesOf } from './received.contract.js';

const openIn = (folder: string): Bus =>
  EmbeddedBus.open({ file: join(folder, 'bus.db'), clock: new SystemClock(), redeliveryPauseMs: 20, pollMs: 20 });

describeBusContract('A bus with a prefix', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bus-'));
  return {
    open: async () => new PrefixedBus(openIn(folder), 'staging.'),
    dispose: () => rm(folder, { recursive: true }),
  };
});

describe('Two prefixes on one bus', () => {
  let folder: string;
  let plain: Bus;
  const message = { topic: 'work', key: null, value: 'value', headers: {} };
  const handleNothing = async (): Promise<void> => undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bus-'));
    plain = openIn(folder);
  });
  afterEach(async () => {
    await plain.close();
    await rm(folder, { recursive: true });
  });

  it('Y4: a message is delivered to the group of its own prefix only', async () => {
    const staging = new PrefixedBus(plain, 'staging.');
    const testing = new PrefixedBus(plain, 'testing.');
    const received = new Received();
    await testing.subscribe({ group: 'workers', topics: ['work'], handle: handleNothing });
    await staging.subscribe({ group: 'workers', topics: ['work'], handle: received.handle });

    await staging.publish([message]);

    await received.atLeast(1);
    expect(received.messages).toMatchObject([{ topic: 'work' }]);
    expect(await messagesOf(testing, 'work')).toEqual([]);
    expect(await messagesOf(plain, 'staging.work')).toHaveLength(1);
  });

  it('Y4: a dead letter names topic and group as they are on the servers', async () => {
    const staging = new PrefixedBus(plain, 'staging.');
    await staging.publish([message]);
    const [found] = await messagesOf(staging, 'work');

    await staging.publish([deadLetterOf(found!, { group: 'workers', code: 'message.not-json', message: 'no' })]);

    expect(await messagesOf(plain, 'staging.work.dlt')).toMatchObject([
      { headers: { dlt_topic: 'staging.work', dlt_group: 'staging.workers' } },
    ]);
    expect(await messagesOf(staging, 'work.dlt')).toMatchObject([{ topic: 'work.dlt' }]);
  });
});
