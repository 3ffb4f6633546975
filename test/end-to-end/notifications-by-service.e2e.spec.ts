import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock, envelopeOf, headersOf } from '@batchmill/contracts';
import { RunRejected } from '@batchmill/contracts/events';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { ServiceProcess, eventually } from '@batchmill/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { secret } from '../../apps/notifier/src/testing/channel-settings.js';
import { WebhookReceiver } from '../../apps/notifier/src/testing/webhook-receiver.js';

describe('the notifier as a service', () => {
  let home: string;
  let hook: WebhookReceiver;
  const started: ServiceProcess[] = [];
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-killed-'));
    hook = await WebhookReceiver.open();
  });
  afterEach(async () => {
    for (const service of started.splice(0)) await service.end('SIGKILL');
    await hook.close();
    await rm(home, { recursive: true, force: true });
  });

  async function start(): Promise<ServiceProcess> {
    const secretFile = join(home, 'webhook-secret');
    await writeFile(secretFile, `${secret}\n`);
    const service = await ServiceProcess.start('notifier', {
      BATCHMILL_HOME: home,
      OPENAI_BASE_URL: 'simulated',
      BATCHMILL_LEASE: '1s',
      NOTIFICATION_WEBHOOK: hook.url,
      NOTIFICATION_WEBHOOK_SECRET_FILE: secretFile,
      NOTIFICATION_ALLOW_PRIVATE: 'true',
    });
    started.push(service);
    return service;
  }

  async function reject(runId: string): Promise<void> {
    const clock = new SystemClock();
    const bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock });
    const event = new RunRejected({ runId, pipeline: 'notes', reason: 'for the test' });
    const envelope = envelopeOf(event, { id: `fact-${runId}`, at: clock.now(), traceparent: null });
    await bus.publish([
      { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/test') },
    ]);
    await bus.close();
  }

  it('N1: after a kill between sending and marking, the next process sends again with the same webhook-id and a new signature', async () => {
    const first = await start();
    const killed = Promise.withResolvers<unknown>();
    hook.onPost = () => {
      hook.onPost = () => undefined;
      killed.resolve(first.end('SIGKILL'));
    };

    await reject('r1');
    await killed.promise;
    const second = await start();
    await eventually('a second delivery', () => hook.posts.length === 2);

    const [before, after] = hook.posts;
    expect(after!.id).toBe(before!.id);
    for (const post of hook.posts) expect(hook.verified(post, secret)).toMatchObject({ data: { runId: 'r1' } });
    expect(after!.body).toBe(before!.body);
    for (const line of [...first.lines, ...second.lines]) {
      expect(line).not.toContain(secret);
      expect(line).not.toContain(hook.url);
    }
  });

  it('N1: a template that does not parse stops the start, and the message names the setting', async () => {
    const template = join(home, 'hook.liquid');
    await writeFile(template, '{% if %}');

    const starting = ServiceProcess.start('notifier', {
      BATCHMILL_HOME: home,
      OPENAI_BASE_URL: 'simulated',
      NOTIFICATION_WEBHOOK: 'https://hooks.example.org/',
      NOTIFICATION_WEBHOOK_TEMPLATE: template,
    });

    await expect(starting).rejects.toThrow(`NOTIFICATION_WEBHOOK_TEMPLATE: ${template}: line 1: it does not parse`);
  });
});
