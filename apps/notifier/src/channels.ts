import type { NotificationSettings } from '@batchmill/stage';
import type { Channel } from './channel.js';
import { EmailChannel } from './email/email-channel.js';
import { WebhookChannel } from './webhook/webhook-channel.js';

/** The channels that are set up. The log is not among them: it needs no settings. */
export class Channels {
  private constructor(readonly all: readonly Channel[]) {}

  /** Throws a ValidationError that names the setting that is wrong. */
  static of({ webhook, email }: NotificationSettings): Channels {
    return new Channels([
      ...(webhook === null ? [] : [new WebhookChannel(webhook)]),
      ...(email === null ? [] : [new EmailChannel(email)]),
    ]);
  }

  named(name: string): Channel | null {
    return this.all.find((channel) => channel.name === name) ?? null;
  }
}
