/** Every code that the notifier puts on an error: what it means, and what to do. */
export const notifierErrorCodes = {
  'notifications.setting':
    'A setting of notifications cannot be used. The message names it and says what was expected.',
  'notifications.bad-template':
    'A template of notifications cannot be read, parsed or rendered. The message names its setting, the file and the reason.',
  'webhook.timeout': 'The webhook took too long to answer. It is told again.',
  'webhook.away': 'The webhook cannot be reached. It is told again; see the setting of its URL.',
  'webhook.unknown-host':
    'The name of the webhook’s host has no address. It is told again; see the setting of its URL.',
  'webhook.private-address':
    'The webhook is at a private, loopback or link-local address. Set NOTIFICATION_ALLOW_PRIVATE=true if it is to be there.',
  'webhook.unwell': 'The webhook answered 429 or 5xx. It is told again.',
  'webhook.refused': 'The webhook answered with a refusal. It is told again for a day; see what the receiver expects.',
  'webhook.redirected': 'The webhook redirects, which is not followed. Set NOTIFICATION_WEBHOOK to where it is.',
  'webhook.gone':
    'The webhook answered 410 and wants no more. This notification is given up; unset NOTIFICATION_WEBHOOK.',
  'email.away': 'The mail server cannot be reached, or asks to come back later. It is mailed again; see SMTP_URL.',
  'email.no-tls':
    'The mail server speaks no TLS that can be trusted. See SMTP_URL: `requireTLS=false` sends a password without.',
  'email.refused':
    'The mail server refused the login or the mail. It is mailed again for a day; see SMTP_URL and NOTIFICATION_FROM.',
} as const;

export type NotifierErrorCode = keyof typeof notifierErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<NotifierErrorCode, string> {}
}
