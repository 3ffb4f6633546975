import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Run } from '@batchmill/records';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { Channels } from './channels.js';
import { NotifierModule } from './notifier.module.js';
import { ParkedWorkNotifier } from './parked-work-notifier.js';
import { secret, webhookTo } from './testing/channel-settings.js';
import { WebhookReceiver } from './testing/webhook-receiver.js';

describe('work that is parked', () => {
  let hook: WebhookReceiver;
  let bundle: TestEngine;
  beforeEach(async () => {
    hook = await WebhookReceiver.open();
    const notifications = { webhook: webhookTo(hook.url), email: null };
    bundle = await TestEngine.open({ pipelines: [], settings: { notifications } });
  });
  afterEach(async () => {
    await bundle.close();
    await hook.close();
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
  const findParked = (): Promise<unknown> => {
    const { notifications, runs, claims, batches, clock, engineSettings } = bundle.engine;
    const notifier = new ParkedWorkNotifier(
      notifications,
      Channels.of(engineSettings.notifications),
      runs,
      claims,
      batches,
      clock,
    );
    return bundle.collect(notifier.findParked());
  };
  const recorded = (): Promise<number> =>
    storedRecords(bundle.engine.store).notifications.count({ 'payload.type': 'work.parked', channel: 'webhook' });

  it('N1: is notified with the error and the command that retries it', async () => {
    await insert(parkedRun(bundle.clock.now()));
    await bundle.start([NotifierModule]);
    await eventually('a post', () => hook.posts.length > 0);

    expect(hook.verified(hook.posts[0]!, secret)).toMatchObject({
      type: 'work.parked',
      data: {
        summary: 'r1 is parked after too many attempts; to retry it: batchmill parked retry r1',
        runId: 'r1',
        pipeline: 'notes',
        status: 'parked',
        error: 'store.update-refused: it does not fit',
      },
    });
  });

  it('N1: is notified once, however often and by however many processes it is found, and again when it is parked again', async () => {
    const run = parkedRun(bundle.clock.now());
    await insert(run);
    await Promise.all([findParked(), findParked()]);
    await findParked();
    expect(await recorded()).toBe(1);

    const at = new Date(bundle.clock.now().getTime() + 1);
    await bundle.engine.store.collection('runs').updateOne({ _id: 'r1' }, { $set: { error: { ...run.error, at } } });
    await findParked();

    expect(await recorded()).toBe(2);
  });
});
