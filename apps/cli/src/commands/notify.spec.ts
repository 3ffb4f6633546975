import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { runBatchmill, type CommandResult } from '../testing/run-batchmill.js';

describe('batchmill notify test', () => {
  let folder: string;
  let receiver: Server;
  let mails: SMTPServer;
  let status: number;
  let received: { type?: string; subject?: string }[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-notify-'));
    status = 202;
    received = [];
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ type: (JSON.parse(body) as { type: string }).type });
        response.writeHead(status).end();
      });
    });
    mails = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      logger: false,
      onData: (stream, _, done) => {
        void text(stream).then((raw) => {
          received.push({ subject: /^Subject: (.*)$/m.exec(raw)?.[1]?.trim() ?? '' });
          done();
        });
      },
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    await once(mails.listen(0, '127.0.0.1'), 'listening');
  });
  afterEach(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await new Promise<void>((resolve) => {
      mails.close(resolve);
    });
    await rm(folder, { recursive: true, force: true });
  });

  const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
  const webhook = (): Record<string, string> => ({
    NOTIFICATION_WEBHOOK: `http://127.0.0.1:${portOf(receiver)}/`,
    NOTIFICATION_ALLOW_PRIVATE: 'true',
  });
  const email = (): Record<string, string> => ({
    NOTIFICATION_EMAIL: 'a@example.org,b@example.org',
    NOTIFICATION_FROM: 'batchmill@example.org',
    SMTP_URL: `smtp://127.0.0.1:${portOf(mails.server)}`,
  });

  async function notifyTest(env: Record<string, string>, ...more: string[]): Promise<CommandResult> {
    Object.assign(process.env, env);
    try {
      return await runBatchmill(join(folder, 'home'), ['notify', 'test', ...more]);
    } finally {
      for (const name of Object.keys(env)) Reflect.deleteProperty(process.env, name);
    }
  }

  it('N1, N2: a test is sent on each channel, and its answer is printed', async () => {
    const { code, out } = await notifyTest({ ...webhook(), ...email() });

    expect({ code, out }).toEqual({
      code: 0,
      out: 'webhook  delivered: the receiver answered 202\nemail    delivered: the receiver answered 250\n',
    });
    expect(received).toContainEqual({ type: 'test' });
    expect(received).toContainEqual({ subject: expect.stringContaining('[Batchmill]') });
  });

  it('N1, N2: when one channel fails the others still get the test, and the exit code is 1', async () => {
    status = 403;

    const { code, out } = await notifyTest({ ...webhook(), ...email() }, '--json');

    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual([
      {
        channel: 'webhook',
        delivered: false,
        answer: null,
        warning: null,
        error: { code: 'webhook.refused', message: 'the webhook answered 403' },
      },
      { channel: 'email', delivered: true, answer: '250', warning: null, error: null },
    ]);
  });

  it('N1, N2: without a configured channel it prints how to configure one, and exits with 1', async () => {
    const { code, out, err } = await notifyTest({});

    expect({ code, out }).toEqual({ code: 1, out: '' });
    for (const name of ['NOTIFICATION_WEBHOOK', 'NOTIFICATION_EMAIL', 'SMTP_URL']) expect(err).toContain(name);
    expect(JSON.parse((await notifyTest({}, '--json')).out)).toEqual([]);
  });

  it.each<[string, () => Record<string, string>, string]>([
    [
      'a private address that is not allowed',
      () => ({ ...webhook(), NOTIFICATION_ALLOW_PRIVATE: '' }),
      'NOTIFICATION_WEBHOOK: found a private, loopback or link-local address',
    ],
    [
      'an invalid secret',
      () => ({ ...webhook(), NOTIFICATION_WEBHOOK_SECRET: 'hunter2' }),
      'NOTIFICATION_WEBHOOK_SECRET: found a value that is not shown in the environment, expected `whsec_`',
    ],
    ['e-mail without a server', () => ({ ...email(), SMTP_URL: '' }), 'SMTP_URL: found nothing'],
    ['e-mail without a sender', () => ({ ...email(), NOTIFICATION_FROM: '' }), 'NOTIFICATION_FROM: found nothing'],
    [
      'an unknown notification type',
      () => ({ ...webhook(), NOTIFICATION_WEBHOOK_ON: 'run.ended,run.exploded' }),
      'NOTIFICATION_WEBHOOK_ON: found "run.ended,run.exploded" in the environment, expected some of run.started',
    ],
    [
      'a missing template',
      () => ({ ...webhook(), NOTIFICATION_WEBHOOK_TEMPLATE: join(folder, 'none.liquid') }),
      'none.liquid: it cannot be read (ENOENT)',
    ],
  ])('N1, N2: %s is reported with its setting, and nothing is sent', async (_, env, reason) => {
    const { code, err } = await notifyTest(env());

    expect(code).toBe(1);
    expect(err).toContain(reason);
    expect(received).toEqual([]);
  });

  it.each([
    ['NOTIFICATION_WEBHOOK_TEMPLATE', '{"text": {{ summary }', 'line 1: it does not parse: output'],
    ['NOTIFICATION_WEBHOOK_TEMPLATE', '{"text": "{{ error }}"}', 'expected JSON when it is rendered; write texts as'],
    ['NOTIFICATION_WEBHOOK_TEMPLATE', '{"text": {{ sumary | json }}}', 'undefined variable: sumary'],
    ['NOTIFICATION_EMAIL_TEMPLATE', '{{ summary }}', 'expected a first line "Subject: …", an empty line and a text'],
  ])('N1, N2: %s %j is refused at once, with the setting, the file and the problem', async (name, template, reason) => {
    const file = join(folder, 'template.liquid');
    await writeFile(file, template);

    const { code, err } = await notifyTest({ ...webhook(), ...email(), [name]: file });

    expect(code).toBe(1);
    expect(err).toContain(`${name}: ${file}: `);
    expect(err).toContain(reason);
  });

  it('N1: the secret may come from a file', async () => {
    const file = join(folder, 'secret');
    await writeFile(file, `whsec_${Buffer.alloc(32, 1).toString('base64')}\n`);
    let signature: unknown;
    receiver.prependListener('request', ({ headers }: { headers: Record<string, unknown> }) => {
      signature = headers['webhook-signature'];
    });

    await notifyTest({ ...webhook(), NOTIFICATION_WEBHOOK_SECRET_FILE: file });

    expect(signature).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/);
  });
});
