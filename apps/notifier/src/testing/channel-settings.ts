import { noProxies } from '@batchmill/contracts';
import { notificationTypes } from '@batchmill/records';
import type { EmailSettings, WebhookSettings } from '@batchmill/stage';

export const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** Settings of a webhook on loopback that receives every type. */
export function webhookTo(url: string, changes: Partial<WebhookSettings> = {}): WebhookSettings {
  return {
    url,
    secrets: [secret],
    on: notificationTypes,
    template: null,
    allowsPrivate: true,
    proxies: noProxies,
    ...changes,
  };
}

/** Settings of a mail server on loopback that receives the types that are mailed by default. */
export function emailTo(port: number, changes: Partial<EmailSettings> = {}): EmailSettings {
  return {
    to: ['ops@example.org'],
    from: 'Batchmill <batchmill@example.com>',
    smtpUrl: `smtp://127.0.0.1:${port}`,
    on: ['batch.failed', 'run.ended', 'work.parked'],
    template: null,
    ...changes,
  };
}
