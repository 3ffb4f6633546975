import type { NotificationType } from '@batchmill/records';

/** How people are told, besides in the log. */
export interface NotificationSettings {
  readonly webhook: WebhookSettings | null;
  readonly email: EmailSettings | null;
}

export interface WebhookSettings {
  readonly url: string;
  /** Each `whsec_` and base64. Several while one is replaced; none: nothing is signed. */
  readonly secrets: readonly string[];
  readonly on: readonly NotificationType[];
  /** The file of the Liquid template; null: the one that comes along. */
  readonly template: string | null;
  /** Whether it may be at a private, loopback or link-local address. */
  readonly allowsPrivate: boolean;
}

export interface EmailSettings {
  readonly to: readonly string[];
  /** Null: not said, and then nothing can be mailed. */
  readonly from: string | null;
  readonly smtpUrl: string | null;
  readonly on: readonly NotificationType[];
  readonly template: string | null;
}
