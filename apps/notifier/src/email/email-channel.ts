import { ConnectionError, ProcessingError, ValidationError } from '@batchmill/contracts';
import type { NotificationType } from '@batchmill/records';
import type { EmailSettings } from '@batchmill/stage';
import { createTransport, type SentMessageInfo, type Transporter } from 'nodemailer';
import type { Answer, Channel, Message } from '../channel.js';
import { messageIdOf } from '../message-id.js';
import { defaultEmailTemplate } from '../templates/default-templates.js';
import { NotificationTemplate } from '../templates/notification-template.js';
import { readMail, type Mail } from '../templates/read-mail.js';

const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 };

/** Mails by SMTP, each notification under one Message-ID. The mails of a run are one thread. */
export class EmailChannel implements Channel {
  readonly name = 'email';
  readonly on: readonly NotificationType[];
  readonly #to: readonly string[];
  readonly #from: string;
  readonly #transport: Transporter;
  readonly #template: NotificationTemplate<Mail>;

  /** Throws a ValidationError when the settings are of no use. */
  constructor({ to, from, smtpUrl, on, template }: EmailSettings) {
    if (from === null) throw missing('NOTIFICATION_FROM', 'an e-mail address');
    if (smtpUrl === null) throw missing('SMTP_URL', 'smtp://… or smtps://…');
    this.on = on;
    this.#to = to;
    this.#from = from;
    this.#transport = createTransport({ url: smtpUrl, ...timeouts, requireTLS: hasPassword(smtpUrl) });
    this.#template = new NotificationTemplate({
      setting: 'NOTIFICATION_EMAIL_TEMPLATE',
      file: template,
      otherwise: defaultEmailTemplate,
      read: readMail,
    });
  }

  async send({ id, payload, at }: Message): Promise<Answer> {
    const { content, trouble } = this.#template.render(payload);
    const { runId } = payload;
    const sending: Promise<SentMessageInfo> = this.#transport.sendMail({
      ...content,
      from: this.#from,
      to: [...this.#to],
      date: at,
      messageId: this.#addressOf(id),
      ...(runId !== null && { references: this.#addressOf(messageIdOf(runId)) }),
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const sent = await sending.catch((error: unknown) => {
      throw asOurs(error);
    });
    return { said: numberIn(sent.response ?? ''), trouble: trouble ?? refusedIn(sent) };
  }

  #addressOf(id: string): string {
    return `<${id}@${/@([^@\s<>]+)>?\s*$/.exec(this.#from)?.[1] ?? 'batchmill'}>`;
  }
}

/** What the URL itself says of TLS goes before what is made of this. */
function hasPassword(smtpUrl: string): boolean {
  return (URL.parse(smtpUrl)?.password ?? '') !== '';
}

function missing(setting: string, expected: string): ValidationError {
  const message = `${setting}: found nothing beside NOTIFICATION_EMAIL, expected ${expected}`;
  return new ValidationError('notifications.setting', message);
}

/** Some took it: it is not mailed again for the sake of those that did not. */
function refusedIn({ accepted = [], rejected = [] }: SentMessageInfo): string | null {
  const all = accepted.length + rejected.length;
  return rejected.length === 0 ? null : `NOTIFICATION_EMAIL: ${rejected.length} of ${all} receivers were refused`;
}

/** What a server says besides may repeat addresses. */
function numberIn(response: string): string {
  return /^\d{3}/.exec(response)?.[0] ?? 'nothing readable';
}

function asOurs(error: unknown): Error {
  const { code = 'unknown', responseCode } = error as { code?: string; responseCode?: number }; // nodemailer's errors
  if (code === 'ETLS') {
    const message = 'the mail server speaks no TLS that can be trusted, and a password goes by TLS alone; see SMTP_URL';
    return new ProcessingError('email.no-tls', message, { cause: error });
  }
  if (responseCode !== undefined && responseCode >= 500) {
    const what = code === 'EAUTH' ? 'the login' : 'the mail';
    return new ProcessingError('email.refused', `the mail server refused ${what} with ${responseCode}`, {
      cause: error,
    });
  }
  const how = responseCode === undefined ? code : `it answered ${responseCode}`;
  return new ConnectionError('email.away', `the mail server cannot be used now (${how})`, { cause: error });
}
