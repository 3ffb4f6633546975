import { ConnectionError, ProcessingError, ValidationError } from '@batchmill/contracts';
import type { NotificationType } from '@batchmill/records';
import type { EmailSettings } from '@batchmill/stage';
import { createTransport, type SentMessageInfo, type Transporter } from 'nodemailer';
import type { Channel, Message, Receipt } from '../channel.js';
import { messageIdOf } from '../notification-ids.js';
import { defaultEmailTemplate } from '../templates/default-templates.js';
import { NotificationTemplate } from '../templates/notification-template.js';

const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 };
const maxSubjectLength = 200;

/** Mails by SMTP. A notification that is mailed again has the same Message-ID. The mails of a run are one thread. */
export class EmailChannel implements Channel {
  readonly name = 'email';
  readonly on: readonly NotificationType[];
  readonly #to: readonly string[];
  readonly #from: string;
  readonly #transport: Transporter;
  readonly #template: NotificationTemplate<Mail>;

  /** Throws a ValidationError when a setting is wrong or missing. */
  constructor({ to, from, smtpUrl, on, template }: EmailSettings) {
    if (from === null) throw missing('NOTIFICATION_FROM', 'an e-mail address');
    if (smtpUrl === null) throw missing('SMTP_URL', 'smtp://… or smtps://…');
    this.on = on;
    this.#to = to;
    this.#from = from;
    // Parameters of the URL override these options.
    this.#transport = createTransport({ url: smtpUrl, ...timeouts, requireTLS: hasPassword(smtpUrl) });
    this.#template = new NotificationTemplate({
      setting: 'NOTIFICATION_EMAIL_TEMPLATE',
      file: template,
      builtIn: defaultEmailTemplate,
      read: readMail,
    });
  }

  async send({ id, payload, at }: Message): Promise<Receipt> {
    const { content, warning } = this.#template.render(payload);
    const { runId } = payload;
    const sending: Promise<SentMessageInfo> = this.#transport.sendMail({
      ...content,
      from: this.#from,
      to: [...this.#to],
      date: at,
      messageId: this.#messageIdHeader(id),
      ...(runId !== null && { references: this.#messageIdHeader(messageIdOf(runId)) }),
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const sent = await sending.catch((error: unknown) => {
      throw toOurError(error);
    });
    return { response: statusCodeIn(sent.response ?? ''), warning: warning ?? refusedIn(sent) };
  }

  async check(): Promise<Receipt> {
    try {
      await this.#transport.verify();
    } catch (error) {
      throw toOurError(error);
    } finally {
      this.#transport.close();
    }
    return { response: 'ready', warning: null };
  }

  #messageIdHeader(id: string): string {
    return `<${id}@${/@([^@\s<>]+)>?\s*$/.exec(this.#from)?.[1] ?? 'batchmill'}>`;
  }
}

function hasPassword(smtpUrl: string): boolean {
  return (URL.parse(smtpUrl)?.password ?? '') !== '';
}

function missing(setting: string, expected: string): ValidationError {
  const message = `${setting}: found nothing beside NOTIFICATION_EMAIL, expected ${expected}`;
  return new ValidationError('notifications.invalid-setting', message);
}

/** A mail that some receivers were sent is not mailed again because of the others. */
function refusedIn({ accepted = [], rejected = [] }: SentMessageInfo): string | null {
  const all = accepted.length + rejected.length;
  return rejected.length === 0 ? null : `NOTIFICATION_EMAIL: ${rejected.length} of ${all} receivers were refused`;
}

/** The rest of a server's response may repeat addresses. */
function statusCodeIn(response: string): string {
  return /^\d{3}/.exec(response)?.[0] ?? 'nothing readable';
}

function toOurError(error: unknown): Error {
  const { code = 'unknown', responseCode } = error as { code?: string; responseCode?: number }; // nodemailer's errors
  if (code === 'ETLS') {
    const message =
      'the mail server offers no TLS with a trusted certificate, and a password is sent by TLS only; see SMTP_URL';
    return new ProcessingError('email.no-tls', message, { cause: error });
  }
  if (responseCode !== undefined && responseCode >= 500) {
    const subject = code === 'EAUTH' ? 'the login' : 'the mail';
    return new ProcessingError('email.refused', `the mail server refused ${subject} with ${responseCode}`, {
      cause: error,
    });
  }
  const reason = responseCode === undefined ? code : `it answered ${responseCode}`;
  return new ConnectionError('email.unavailable', `the mail server is unavailable (${reason})`, { cause: error });
}

interface Mail {
  readonly subject: string;
  readonly text: string;
}

/** Reads a line `Subject: …`, an empty line, and the text. Throws when the mail is not of this form. */
function readMail(rendered: string): Mail {
  const [, subject, text] = /^\s*Subject:[ \t]*(\S[^\n]*)\r?\n[ \t]*\r?\n([^]*)$/i.exec(rendered) ?? [];
  if (subject === undefined || text === undefined || text.trim() === '') {
    throw new Error('expected a first line "Subject: …", an empty line and a text when it is rendered');
  }
  return { subject: subject.trim().replaceAll(/\s+/g, ' ').slice(0, maxSubjectLength), text };
}
