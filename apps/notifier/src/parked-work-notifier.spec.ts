import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Run } from '@batchmill/records';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { Channels } from './channels.js';
import { NotifierModule } from './notifier.module.js';
import { ParkedWorkNotifier } from './parked-work-notifier.js';
import { secret, webhookTo } from './testing/settings-to.js';
import { WebhookReceiver } from './testing/webhook-receiver.js';

describe('work that is stuck', () => {
  let hook: WebhookReceiver;
  let bundle: TestEngine;
  beforeEach(async () => {
    hook = await WebhookReceiver.open();
    const notifications = { webhook: webhookTo(hook.url), email: null };
    bundle = await TestEngine.open({ pipelines: [], settings: { notifications } });
  });
  afterEach(async () => {
    await bundle.close();
    await hook.goAway();
  });

  const parkedRun = (at: Date): Run => ({
    ...bundle.engine.runs.new('r1', { pipeline: 'notes' }, null),
    state: 'running',
    parked: true,
    attempts: 5,
    error: { kind: 'ProcessingError', code: 'store.update-refused', message: 'it does not fit', at },
  });
  const insert = async (run: Run): Promise<void> => {
    await bundle.engine.runs.insert(run).apply([]);
  };
  const tell = (): Promise<unknown> => {
    const { notifications, runs, claims, batches, clock, engineSettings } = bundle.engine;
    const teller = new ParkedWorkNotifier(
      notifications,
      Channels.of(engineSettings.notifications),
      runs,
      claims,
      batches,
      clock,
    );
    return bundle.collect(teller.look());
  };
  const recorded = (): Promise<number> =>
    storedRecords(bundle.engine.store).notifications.count({ 'payload.type': 'work.parked', channel: 'webhook' });

  it('N1: is told with what stood in the way and the command that goes on with it', async () => {
    await insert(parkedRun(bundle.clock.now()));
    await bundle.start([NotifierModule]);
    await eventually('a post', () => hook.posts.length > 0);

    expect(hook.verified(hook.posts[0]!, secret)).toMatchObject({
      type: 'work.parked',
      data: {
        summary: 'r1 is stuck after too many tries, and waits for: batchmill parked retry r1',
        runId: 'r1',
        pipeline: 'notes',
        status: 'stuck',
        error: 'store.update-refused: it does not fit',
      },
    });
  });

  it('N1: is told once, however often and by however many it is seen, and again when it is parked again', async () => {
    const run = parkedRun(bundle.clock.now());
    await insert(run);
    await Promise.all([tell(), tell()]);
    await tell();
    expect(await recorded()).toBe(1);

    const at = new Date(bundle.clock.now().getTime() + 1);
    await bundle.engine.store.collection('runs').updateOne({ _id: 'r1' }, { $set: { error: { ...run.error, at } } });
    await tell();

    expect(await recorded()).toBe(2);
  });
});
