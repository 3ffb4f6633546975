import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookSettings } from '@batchmill/stage';
import { webhookTo } from '../testing/settings-to.js';
import { WebhookReceiver } from '../testing/webhook-receiver.js';
import { testPayload } from '../payloads/sample-payload.js';
import { WebhookChannel } from './webhook-channel.js';

describe('the webhook', () => {
  let hook: WebhookReceiver;
  beforeEach(async () => {
    hook = await WebhookReceiver.open();
  });
  afterEach(() => hook.goAway());

  const post = (url: string, changes: Partial<WebhookSettings> = {}) => {
    const at = new Date();
    return new WebhookChannel(webhookTo(url, changes)).send({ id: 'msg_1', payload: testPayload(at), at });
  };

  it('N1: a login in the URL goes along, and the body is JSON', async () => {
    await post(`http://user:pass@127.0.0.1:${hook.port}/hook?team=a`);

    expect(hook.posts[0]).toMatchObject({
      path: '/hook?team=a',
      headers: {
        authorization: `Basic ${Buffer.from('user:pass').toString('base64')}`,
        'content-type': 'application/json',
      },
    });
  });

  it('N1: without a secret there is no signature, but an id and a time', async () => {
    await post(hook.url, { secrets: [] });

    const { headers } = hook.posts[0]!;
    expect(headers['webhook-signature']).toBeUndefined();
    expect(headers['webhook-id']).toBe('msg_1');
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
  });

  it.each(['127.0.0.1', '[::1]', '10.1.2.3', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '169.254.169.254'])(
    'N1: http://%s is refused at the start, in words that show nothing of the URL',
    (host) => {
      const settings = webhookTo(`http://${host}/secret-path`, { allowsPrivate: false });

      expect(() => new WebhookChannel(settings)).toThrow(
        'NOTIFICATION_WEBHOOK: found a private, loopback or link-local address, expected a public one, or NOTIFICATION_ALLOW_PRIVATE=true beside it',
      );
    },
  );

  it.each<[string, () => string, string, boolean]>([
    ['a name for loopback', () => `http://localhost:${hook.port}/`, 'webhook.private-address', false],
    ['a name without an address', () => 'http://no-such-host.invalid/', 'webhook.unknown-host', true],
    ['a port where nobody listens', () => 'http://127.0.0.1:1/', 'webhook.away', true],
    ['TLS to somebody who speaks none', () => hook.url.replace('http:', 'https:'), 'webhook.away', true],
  ])('N1: %s is an error of its own, without the URL in it', async (_, url, code, allowsPrivate) => {
    const { message, ...error } = await post(url(), { allowsPrivate }).then(
      () => ({ message: '', code: 'none' }),
      (thrown: unknown) => thrown as { message: string; code: string },
    );

    expect(error.code).toBe(code);
    expect(message).not.toContain('://');
    expect(hook.posts).toEqual([]);
  });
});
