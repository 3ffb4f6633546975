import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WebhookSettings } from '@batchmill/stage';
import { ProxyServer, selfSigned } from '@batchmill/testing';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
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
    const before = Math.floor(Date.now() / 1000);
    await post(hook.url, { secrets: [] });
    const after = Date.now() / 1000;

    const { headers } = hook.posts[0]!;
    expect(headers['webhook-signature']).toBeUndefined();
    expect(headers['webhook-id']).toBe('msg_1');
    expect(Number(headers['webhook-timestamp'])).toBeGreaterThanOrEqual(before);
    expect(Number(headers['webhook-timestamp'])).toBeLessThanOrEqual(after);
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

  describe('behind a proxy', () => {
    let proxy: ProxyServer;
    beforeEach(async () => {
      proxy = await ProxyServer.open({ targetPort: hook.port, login: 'mill:p@ss' });
    });
    afterEach(() => proxy.close());

    const postThrough = async (url: string, proxyUrl: string, except: string[] = []) => {
      const proxies = { http: proxyUrl, https: proxyUrl, except };
      return post(url, { allowsPrivate: false, proxies }).then(
        ({ response }) => response,
        (error: unknown) => error,
      );
    };
    const withLogin = () => proxy.url.replace('//', '//mill:p%40ss@');

    it('N1: a post goes through the proxy, which looks the name up', async () => {
      const outcome = await postThrough('http://hook.example.invalid/hook?team=a', withLogin());

      expect(outcome).toBe('204');
      expect(proxy.asked).toEqual(['POST http://hook.example.invalid/hook?team=a']);
      expect(hook.posts[0]).toMatchObject({ path: '/hook?team=a', headers: { 'webhook-id': 'msg_1' } });
    });

    it('N1: a post over TLS goes through a tunnel, and the certificate of the webhook is checked', async () => {
      const secure = createServer(selfSigned('hook.example.invalid'));
      await once(secure.listen(0, '127.0.0.1'), 'listening');
      const tunnels = await ProxyServer.open({ targetPort: (secure.address() as AddressInfo).port });

      const outcome = await postThrough('https://hook.example.invalid/hook', tunnels.url);
      await tunnels.close();
      secure.close();

      expect(tunnels.asked).toEqual(['CONNECT hook.example.invalid:443']);
      expect(outcome).toMatchObject({ code: 'webhook.unreachable' });
      expect((outcome as Error).message).toMatch(/through the proxy 127\.0\.0\.1:\d+ \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
    });

    it('N1: a host that NO_PROXY names is reached directly', async () => {
      const outcome = await postThrough('http://hook.example.invalid/hook', withLogin(), ['example.invalid']);

      expect(outcome).toMatchObject({ code: 'webhook.unknown-host' });
      expect(proxy.asked).toEqual([]);
    });

    it('N1: a private address is refused behind a proxy too', () => {
      const proxies = { http: proxy.url, https: null, except: [] };
      const settings = webhookTo('http://10.1.2.3/hook', { allowsPrivate: false, proxies });

      expect(() => new WebhookChannel(settings)).toThrow('found a private, loopback or link-local address');
    });

    it.each(['http:', 'https:'])('N1: a proxy that wants a login is reported as such for %s', async (scheme) => {
      const outcome = await postThrough(`${scheme}//hook.example.invalid/hook`, proxy.url);

      expect(outcome).toMatchObject({
        code: 'webhook.proxy-refused',
        message: `the proxy ${proxy.host} answered 407 and did not reach the webhook; it wants a login: http://user:password@host:port in HTTPS_PROXY or HTTP_PROXY`,
      });
    });

    it('N1: a proxy that does not listen is named, without its login', async () => {
      const outcome = await postThrough('https://hook.example.invalid/hook', 'http://user:hidden@127.0.0.1:1');

      expect(outcome).toMatchObject({
        code: 'webhook.unreachable',
        message: 'the webhook cannot be reached through the proxy 127.0.0.1:1 (ECONNREFUSED)',
      });
    });
  });
});
