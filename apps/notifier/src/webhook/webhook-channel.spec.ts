import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookSettings } from '@batchmill/stage';
import { webhookTo } from '../testing/channel-settings.js';
import { WebhookReceiver } from '../testing/webhook-receiver.js';
import { testPayload } from '../payloads/sample-payload.js';
import { WebhookChannel } from './webhook-channel.js';

describe('the webhook', () => {
  let hook: WebhookReceiver;
  beforeEach(async () => {
    hook = await WebhookReceiver.open();
  });
  afterEach(() => hook.close());

  const post = (url: string, changes: Partial<WebhookSettings> = {}) => {
    const at = new Date();
    return new WebhookChannel(webhookTo(url, changes)).send({ id: 'msg_1', payload: testPayload(at), at });
  };

  it('N1: the login in the URL is sent, and the body is JSON', async () => {
    await post(`http://user:pass@127.0.0.1:${hook.port}/hook?team=a`);

    expect(hook.posts[0]).toMatchObject({
      path: '/hook?team=a',
      headers: {
        authorization: `Basic ${Buffer.from('user:pass').toString('base64')}`,
        'content-type': 'application/json',
      },
    });
  });

  it('N1: without a secret a post has no signature, but an id and a time', async () => {
    await post(hook.url, { secrets: [] });

    const { headers } = hook.posts[0]!;
    expect(headers['webhook-signature']).toBeUndefined();
    expect(headers['webhook-id']).toBe('msg_1');
    expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(60);
  });

  it.each(['127.0.0.1', '[::1]', '10.1.2.3', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '169.254.169.254'])(
    'N1: http://%s is refused at the start, by a message without the URL',
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
    ['a closed port', () => 'http://127.0.0.1:1/', 'webhook.unreachable', true],
    ['TLS to a server without TLS', () => hook.url.replace('http:', 'https:'), 'webhook.unreachable', true],
  ])('N1: %s has an error code of its own, and no URL in the message', async (_, url, code, allowsPrivate) => {
    const { message, ...error } = await post(url(), { allowsPrivate }).then(
      () => ({ message: '', code: 'none' }),
      (thrown: unknown) => thrown as { message: string; code: string },
    );

    expect(error.code).toBe(code);
    expect(message).not.toContain('://');
    expect(hook.posts).toEqual([]);
  });
});
