import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RunFinished } from '@batchmill/contracts/events';
import type { NotificationPayload } from '@batchmill/records';
import type { EmailSettings } from '@batchmill/stage';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailReceiver } from '../testing/mail-receiver.js';
import { emailTo } from '../testing/channel-settings.js';
import { onOneLine } from '../new-notifications.js';
import { payloadOfEnd } from '../payloads/run-payload.js';
import { EmailChannel } from './email-channel.js';

const at = new Date('2026-01-01T10:00:00Z');
const finished = {
  runId: 'r1',
  pipeline: 'notes',
  outcome: 'finished',
  total: 5,
  succeeded: 4,
  failed: 1,
  usd: 0.5,
} as const;
const payload = payloadOfEnd(new RunFinished(finished), 'answer.refused: the model refused', at);

describe('e-mail', () => {
  let folder: string;
  const open: MailReceiver[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-mail-'));
  });
  afterEach(async () => {
    for (const receiver of open.splice(0)) await receiver.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function receiver(options?: Parameters<typeof MailReceiver.open>[0]): Promise<MailReceiver> {
    const opened = await MailReceiver.open(options);
    open.push(opened);
    return opened;
  }

  const send = (port: number, changes: Partial<EmailSettings> = {}, of: NotificationPayload = payload) =>
    new EmailChannel(emailTo(port, changes)).send({ id: 'msg_1', payload: of, at });

  it('N2: one mail to all receivers has the outcome, the counts, the cost and the error', async () => {
    const { port, mails } = await receiver();

    const receipt = await send(port, { to: ['a@example.org', 'b@example.org'] });

    expect(receipt).toEqual({ response: '250', warning: null });
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail).toMatchObject({ from: 'batchmill@example.com', to: ['a@example.org', 'b@example.org'] });
    expect(mail!.header('subject')).toBe(
      '[Batchmill] Run r1 of notes finished: 4 of 5 documents succeeded, 1 failed, 0 left',
    );
    expect(mail!.header('message-id')).toBe('<msg_1@example.com>');
    expect(mail!.header('references')).toMatch(/^<msg_[0-9a-f]{32}@example\.com>$/);
    expect(mail!.header('auto-submitted')).toBe('auto-generated');
    for (const line of [
      /^status {5}finished/m,
      /^ {2}failed {5}1/m,
      /^cost {7}0\.5 USD/m,
      /^error {6}answer\.refused/m,
    ]) {
      expect(mail!.raw).toMatch(line);
    }
  });

  it('N2: a very small cost is not shown as 0', async () => {
    const { port, mails } = await receiver();

    await send(port, {}, { ...payload, usd: 0.00001 });
    await send(port, {}, { ...payload, usd: 0 });

    expect(mails.map(({ raw }) => /^cost.*$/m.exec(raw)?.[0].trim())).toEqual([
      'cost       less than 0.0001 USD',
      'cost       0 USD',
    ]);
  });

  it('N2: the user’s template replaces the built-in one', async () => {
    const { port, mails } = await receiver();
    const template = join(folder, 'mail.liquid');
    await writeFile(template, 'Subject: {{ runId }} {{ status }}\n\n{{ counts.failed }} failed, please look.\n');

    await send(port, { template });

    expect(mails[0]!.header('subject')).toBe('r1 finished');
    expect(mails[0]!.raw).toContain('\r\n\r\n1 failed, please look.\r\n');
  });

  it('N2: an unknown receiver does not keep the mail from the others, and is a warning', async () => {
    const { port, mails, unknown } = await receiver();
    unknown.add('gone@example.org');

    const receipt = await send(port, { to: ['a@example.org', 'gone@example.org'] });

    expect(mails[0]!.to).toEqual(['a@example.org']);
    expect(receipt.warning).toBe('NOTIFICATION_EMAIL: 1 of 2 receivers were refused');
  });

  it('N2: a password is sent by TLS only, unless the URL allows otherwise', async () => {
    const { port, mails } = await receiver({ login: 'mill:secret' });
    const smtpUrl = `smtp://mill:secret@127.0.0.1:${port}`;

    await expect(send(port, { smtpUrl })).rejects.toMatchObject({ code: 'email.no-tls' });
    expect(mails).toEqual([]);
    await send(port, { smtpUrl: `${smtpUrl}?requireTLS=false` });
    expect(mails).toHaveLength(1);
  });

  it('N2: STARTTLS is used where it is offered, and a self-signed certificate is refused', async () => {
    const { port, mails } = await receiver({ offersTls: true });
    const smtpUrl = `smtp://127.0.0.1:${port}`;

    await expect(send(port, { smtpUrl })).rejects.toMatchObject({ code: 'email.unavailable' });
    expect(mails).toEqual([]);
    await send(port, { smtpUrl: `${smtpUrl}?tls.rejectUnauthorized=false` });
    expect(mails).toHaveLength(1);
  });

  it.each<[string, number, string]>([
    ['refuses for now', 451, 'email.unavailable'],
    ['refuses', 554, 'email.refused'],
  ])('N2: a server that %s has an error code of its own, and no address in the message', async (_, code, expected) => {
    const server = await receiver();
    server.code = code;

    const sending = send(server.port);

    await expect(sending).rejects.toMatchObject({ code: expected, message: expect.not.stringContaining('@') });
  });

  it('N2: a wrong password and an unavailable server have different codes', async () => {
    const { port } = await receiver({ login: 'mill:secret' });

    await expect(send(port, { smtpUrl: `smtp://mill:guess@127.0.0.1:${port}?requireTLS=false` })).rejects.toMatchObject(
      { code: 'email.refused', message: 'the mail server refused the login with 535' },
    );
    await expect(send(port, { smtpUrl: 'smtp://127.0.0.1:1' })).rejects.toMatchObject({ code: 'email.unavailable' });
  });

  it('N2: no text of an event can add a header', async () => {
    const { port, mails } = await receiver();

    await send(port, {}, onOneLine({ ...payload, summary: 'one\r\nBcc: eve@example.org\r\n\r\ntwo' }));

    expect(mails[0]!.to).toEqual(['ops@example.org']);
    expect(mails[0]!.header('bcc')).toBe('');
    expect(mails[0]!.header('subject')).toBe('[Batchmill] one Bcc: eve@example.org two');
  });
});
