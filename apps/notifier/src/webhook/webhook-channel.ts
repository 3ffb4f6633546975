import { ValidationError, proxyFor } from '@batchmill/contracts';
import type { NotificationType } from '@batchmill/records';
import type { WebhookSettings } from '@batchmill/stage';
import { isIP, type LookupFunction } from 'node:net';
import { Webhook } from 'standardwebhooks';
import type { Channel, Message, Receipt } from '../channel.js';
import { defaultWebhookTemplate } from '../templates/default-templates.js';
import { NotificationTemplate } from '../templates/notification-template.js';
import { isPublicAddress, lookupPublic } from './public-address.js';
import { postWebhook, touchWebhook } from './webhook-post.js';

/** Posts JSON by the Standard Webhooks specification: https://www.standardwebhooks.com */
export class WebhookChannel implements Channel {
  readonly name = 'webhook';
  readonly on: readonly NotificationType[];
  readonly #url: URL;
  readonly #signers: readonly Webhook[];
  readonly #template: NotificationTemplate<string>;
  readonly #lookup: LookupFunction;
  readonly #proxy: URL | null;

  /** Throws a ValidationError when a setting is wrong. */
  constructor({ url, secrets, on, template, allowsPrivate, proxies }: WebhookSettings) {
    this.on = on;
    this.#url = readUrl(url, allowsPrivate);
    this.#signers = secrets.map((secret) => new Webhook(secret));
    this.#lookup = lookupPublic(allowsPrivate);
    this.#proxy = proxyFor(this.#url, proxies);
    this.#template = new NotificationTemplate({
      setting: 'NOTIFICATION_WEBHOOK_TEMPLATE',
      file: template,
      builtIn: defaultWebhookTemplate,
      read: readJson,
    });
  }

  async send({ id, payload, at }: Message): Promise<Receipt> {
    const { content: body, warning } = this.#template.render(payload);
    const signatures = this.#signers.map((signer) => signer.sign(id, at, body));
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'batchmill',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
    };
    const status = await postWebhook({ url: this.#url, headers, body, lookup: this.#lookup, proxy: this.#proxy });
    return { response: String(status), warning };
  }

  /** Its answer to HEAD tells that it is there. Many receivers refuse everything but a post. */
  async check(): Promise<Receipt> {
    const headers = { 'user-agent': 'batchmill' };
    const status = await touchWebhook({ url: this.#url, headers, lookup: this.#lookup, proxy: this.#proxy });
    return { response: String(status), warning: null };
  }
}

/** Refuses a private IP address here, because a connection to an address makes no lookup. */
function readUrl(text: string, allowsPrivate: boolean): URL {
  const url = URL.parse(text);
  if (url === null) {
    throw new ValidationError(
      'notifications.invalid-setting',
      'NOTIFICATION_WEBHOOK: found a value that is not shown, expected a URL',
    );
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 && !allowsPrivate && !isPublicAddress(host)) {
    throw new ValidationError(
      'notifications.invalid-setting',
      'NOTIFICATION_WEBHOOK: found a private, loopback or link-local address, expected a public one, or NOTIFICATION_ALLOW_PRIVATE=true beside it',
    );
  }
  return url;
}

/** Returns the text unchanged. Throws when it is not JSON. */
function readJson(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    const expected = 'expected JSON when it is rendered; write texts as {{ summary | json }}';
    throw new Error(`${expected} (${(error as SyntaxError).message})`, { cause: error });
  }
  return text;
}
