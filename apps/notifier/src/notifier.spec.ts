import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { envelopeOf, headersOf, type Event } from '@batchmill/contracts';
import { RunFinished, RunRejected, RunScheduleMissed } from '@batchmill/contracts/events';
import type { NotificationSettings } from '@batchmill/stage';
import { TestEngine, eventually } from '@batchmill/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotifierModule } from './notifier.module.js';
import { MailReceiver } from './testing/mail-receiver.js';
import { emailTo, secret, webhookTo } from './testing/channel-settings.js';
import { WebhookReceiver } from './testing/webhook-receiver.js';

describe('the notifier', () => {
  let hook: WebhookReceiver;
  let mail: MailReceiver;
  let folder: string;
  let bundle: TestEngine;
  let stop: () => Promise<void>;

  beforeEach(async () => {
    hook = await WebhookReceiver.open();
    mail = await MailReceiver.open();
    folder = await mkdtemp(join(tmpdir(), 'batchmill-notifier-'));
  });
  afterEach(async () => {
    await bundle.close();
    await hook.close();
    await mail.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(notifications: Partial<NotificationSettings> = { webhook: webhookTo(hook.url) }): Promise<void> {
    bundle = await TestEngine.open({
      pipelines: [],
      settings: { notifications: { webhook: null, email: null, ...notifications } },
      work: { leaseMs: 1_000 },
    });
    stop = await bundle.start([NotifierModule]);
  }

  async function publish(id: string, event: Event): Promise<void> {
    const envelope = envelopeOf(event, { id, at: bundle.clock.now(), traceparent: null });
    await bundle.engine.bus.publish([
      { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/test') },
    ]);
  }
  const reject = (runId: string): Promise<void> =>
    publish(`event-${runId}`, new RunRejected({ runId, pipeline: 'notes', reason: 'for the test' }));
  const recordOf = (runId: string, channel = 'webhook') => bundle.engine.notifications.get(`event-${runId}.${channel}`);
  const stateOf = async (runId: string, channel?: string) => (await recordOf(runId, channel))?.state;
  /** At least once: the next attempt may end before this reads the record. */
  const hasFailed = async (runId: string, channel?: string) => ((await recordOf(runId, channel))?.failures ?? 0) > 0;
  const levelsOfNotifier = () =>
    bundle.log.lines.filter(({ fields }) => fields.operation === 'notifier').map(({ level }) => level);

  const logged = (level: string, text: string) =>
    eventually(`"${text}" in the log`, () =>
      bundle.log.lines.find(
        (line) => line.level === level && `${line.message} ${String(line.fields.error)}`.includes(text),
      ),
    );

  it('N1: a post is signed, and the receiver can verify it with the library', async () => {
    await start();

    await publish(
      'f',
      new RunFinished({
        runId: 'r1',
        pipeline: 'notes',
        outcome: 'finished',
        total: 5,
        succeeded: 4,
        failed: 1,
        usd: 0.5,
      }),
    );
    await eventually('a post', () => hook.posts.length > 0);

    const [post] = hook.posts;
    expect(hook.verified(post!, secret)).toEqual({
      type: 'run.ended',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      data: {
        summary: 'Run r1 of notes finished: 4 of 5 documents succeeded, 1 failed, 0 left',
        runId: 'r1',
        batchId: null,
        providerBatchId: null,
        pipeline: 'notes',
        status: 'finished',
        documents: 5,
        counts: { of: 'documents', total: 5, succeeded: 4, failed: 1, pending: 0 },
        usd: 0.5,
        error: null,
      },
    });
    expect(post!.id).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(() => hook.verified({ ...post!, body: `${post!.body} ` }, secret)).toThrow('No matching signature');
  });

  it('R3 N1: a missed scheduled run is notified as missed', async () => {
    await start();
    const missed = {
      runId: 'notes-s1-20260102-0200',
      pipeline: 'notes',
      schedule: 1,
      dueAt: '2026-01-02T02:00:00.000Z',
    };

    await publish(
      'f',
      new RunScheduleMissed({ ...missed, times: 3, reason: 'previous-run-unfinished', previousRunId: 'r1' }),
    );
    await eventually('a post', () => hook.posts.length > 0);

    expect(hook.verified(hook.posts[0]!, secret)).toMatchObject({
      type: 'run.ended',
      data: {
        summary: 'The run of notes that was due at 2026-01-02T02:00:00.000Z, the last of 3 in a row was not started',
        runId: 'notes-s1-20260102-0200',
        status: 'missed',
        error: 'the previous run r1 has not ended',
      },
    });
    await logged('warn', 'was not started');
  });

  it('N1: while a secret is replaced, holders of the old and of the new one verify the same post', async () => {
    const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    await start({ webhook: webhookTo(hook.url, { secrets: [secret, other] }) });

    await reject('r1');
    await eventually('a post', () => hook.posts.length > 0);

    for (const each of [secret, other]) expect(() => hook.verified(hook.posts[0]!, each)).not.toThrow();
  });

  it.each([500, 503, 429, 404, 400])(
    'N1: to a receiver that answers %s the post is sent again later, with the same id, and readiness does not change',
    async (status) => {
      await start();
      hook.status = status;
      await reject('r1');
      await eventually('a first attempt', () => hook.posts.length > 0);
      await eventually('its failure', () => hasFailed('r1'));
      expect(bundle.engine.readiness.isReady).toBe(true);

      hook.status = 204;
      bundle.clock.advance(3_600_000);
      await eventually('the delivery', async () => (await stateOf('r1')) === 'delivered');
      expect(new Set(hook.posts.map(({ id }) => id)).size).toBe(1);
    },
  );

  it('N1: a receiver that is unavailable for a while gets the post when it is available again, after a growing backoff', async () => {
    await start();
    await hook.close();
    await reject('r1');
    const backoffsMs: number[] = [];
    await eventually('a few failures', async () => {
      const { failures = 0, nextAt, updatedAt } = (await recordOf('r1')) ?? {};
      if (failures > backoffsMs.length && nextAt !== undefined && updatedAt !== undefined) {
        backoffsMs.push(nextAt.getTime() - updatedAt.getTime());
        bundle.clock.advance(backoffsMs.at(-1)!);
      }
      return backoffsMs.length >= 6;
    });
    expect(backoffsMs.at(-1)).toBeGreaterThan(8 * backoffsMs[0]!);

    await hook.listen();
    bundle.clock.advance(3_600_000);

    await eventually('the delivery', async () => (await stateOf('r1')) === 'delivered');
    expect(hook.posts).toHaveLength(1);
  });

  it.each([
    ['1800', 1_800],
    ['36000', 3_600],
  ])('N1: Retry-After is respected, up to an hour: %s', async (asked, waitedSeconds) => {
    await start();
    hook.status = 429;
    hook.headers = { 'retry-after': asked };

    await reject('r1');

    const record = await eventually('a failure', async () => {
      const found = await recordOf('r1');
      return found?.failures === 1 && found;
    });
    expect((record.nextAt.getTime() - record.updatedAt.getTime()) / 1000).toBeCloseTo(waitedSeconds, 0);
  });

  it('N1: a notification that is not accepted for more than a day is given up, with an error in the log', async () => {
    await start();
    hook.status = 503;
    await reject('r1');
    await eventually('a first attempt', () => hook.posts.length > 0);

    await eventually('the notification to be given up', async () => {
      bundle.clock.advance(3_600_000);
      return (await stateOf('r1')) === 'given-up';
    });
    await logged('error', 'it was not accepted for a day');
    expect(levelsOfNotifier().filter((level) => level === 'error')).toHaveLength(1);
  });

  it('N1: after 410 Gone a notification is given up at once, and the log names the setting to unset', async () => {
    await start();
    hook.status = 410;

    await reject('r1');
    await eventually('the notification to be given up', async () => (await stateOf('r1')) === 'given-up');

    expect(hook.posts).toHaveLength(1);
    await logged('error', 'unset NOTIFICATION_WEBHOOK');
  });

  it.each([301, 302, 307, 308])(
    'N1: a redirect with %s is not followed, and the log names the setting to change',
    async (status) => {
      const elsewhere = await WebhookReceiver.open();
      await start();
      hook.status = status;
      hook.headers = { location: elsewhere.url };

      await reject('r1');
      await eventually('its failure', () => hasFailed('r1'));

      await logged('warn', 'set NOTIFICATION_WEBHOOK to the final URL');
      expect(elsewhere.posts).toEqual([]);
      await elsewhere.close();
    },
  );

  it('N1: no connection is made to a name with a private address, and the post is delivered once that is allowed', async () => {
    const url = `http://localhost:${hook.port}/hook`;
    await start({ webhook: webhookTo(url, { allowsPrivate: false }) });
    await reject('r1');
    await eventually('its failure', () => hasFailed('r1'));
    await stop();

    expect(hook.posts).toEqual([]);
    const allowed = { webhook: webhookTo(url), email: null };
    Object.assign(bundle.engine.engineSettings, { notifications: allowed });
    await bundle.start([NotifierModule]);
    bundle.clock.advance(3_600_000);
    await eventually('the delivery', async () => (await stateOf('r1')) === 'delivered');
  });

  it('N1: an event that is received twice is one notification', async () => {
    await start({ webhook: webhookTo(hook.url), email: emailTo(mail.port) });

    await reject('r1');
    await reject('r1');
    await reject('r2');
    await eventually('the last delivery', async () => (await stateOf('r2', 'email')) === 'delivered');
    await eventually('the others', async () => (await bundle.engine.notifications.countIn('due')) === 0);

    expect(hook.posts).toHaveLength(2);
    expect(mail.mails).toHaveLength(2);
  });

  it('N1: what a template cannot render is rendered by the built-in one, and the log names the setting', async () => {
    const template = join(folder, 'hook.liquid');
    // Renders every sample, because none of them is of run r1.
    await writeFile(template, '{"text": {{ summary | json }}{% if runId == "r1" %}, "more": {{ nowhere }}{% endif %}}');
    await start({ webhook: webhookTo(hook.url, { template }) });

    await reject('r1');
    await reject('r2');
    await eventually('both', async () => hook.posts.length === 2);

    const bodies = hook.posts.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(bodies).toContainEqual({ text: 'Run r2 was rejected; nothing was spent' });
    expect(bodies).toContainEqual(expect.objectContaining({ type: 'run.ended' }));
    const warnings = bundle.log.lines.filter(({ level, message }) => level === 'warn' && message.includes('nowhere'));
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringContaining('NOTIFICATION_WEBHOOK_TEMPLATE')]);
  });

  it('N1: a text from outside is put on one line', async () => {
    await start({ webhook: webhookTo(hook.url), email: emailTo(mail.port) });

    await publish('f', new RunRejected({ runId: 'r1', pipeline: 'notes', reason: 'two\r\nBcc: lines' }));
    await eventually('both', () => hook.posts.length === 1 && mail.mails.length === 1);

    expect(hook.verified(hook.posts[0]!, secret)).toMatchObject({ data: { error: 'two Bcc: lines' } });
    expect(mail.mails[0]!.header('bcc')).toBe('');
  });

  it('N2: a mail that the server refuses for now is mailed again with the same Message-ID', async () => {
    await start({ email: emailTo(mail.port) });
    mail.code = 451;
    await reject('r1');
    await eventually('its failure', () => hasFailed('r1', 'email'));

    mail.code = 250;
    bundle.clock.advance(3_600_000);
    await eventually('the delivery', async () => (await stateOf('r1', 'email')) === 'delivered');

    // A slow machine may lose its lease meanwhile, and mail twice: the receiver tells that by the id.
    const ids = new Set(mail.mails.map((one) => one.header('message-id')));
    expect([...ids]).toEqual([expect.stringMatching(/^<msg_[0-9a-f]{32}@example\.com>$/)]);
  });

  it('N2: notifications for a channel that is not set up any more are given up', async () => {
    await start({ email: emailTo(mail.port) });
    mail.code = 451;
    await reject('r1');
    await eventually('its failure', () => hasFailed('r1', 'email'));
    await stop();

    Object.assign(bundle.engine.engineSettings, { notifications: { webhook: null, email: null } });
    await bundle.start([NotifierModule]);
    bundle.clock.advance(3_600_000);

    await eventually('the notification to be given up', async () => (await stateOf('r1', 'email')) === 'given-up');
  });

  it('N3: a notification is logged with operation, ids, documents, status and error, as a warning when something failed', async () => {
    await start({});

    await publish(
      'f',
      new RunFinished({
        runId: 'r1',
        pipeline: 'notes',
        outcome: 'finished',
        total: 5,
        succeeded: 5,
        failed: 0,
        usd: 0.5,
      }),
    );
    await reject('r2');
    await eventually('both', () => levelsOfNotifier().length === 2);

    const lines = bundle.log.lines.filter(({ fields }) => fields.operation === 'notifier');
    const lineOf = (runId: string) => lines.find(({ fields }) => fields.runId === runId);
    expect(lineOf('r1')).toMatchObject({ level: 'info', fields: { documents: 5, status: 'finished', batchId: null } });
    expect(lineOf('r2')).toMatchObject({ level: 'warn', fields: { status: 'rejected', error: 'for the test' } });
  });
});
