/** The codes of the errors that the notifier raises: what each means, and what to do. */
export const notifierErrorCodes = {
  'notifications.invalid-setting':
    'A setting of notifications cannot be used. The message names it and says what was expected.',
  'notifications.invalid-template':
    'A notification template cannot be read, parsed or rendered. The message names its setting, the file and the reason.',
  'webhook.timeout': 'The webhook took too long to answer. The notification is sent again.',
  'webhook.unreachable':
    'No connection to the webhook could be made. The notification is sent again; see the URL in NOTIFICATION_WEBHOOK.',
  'webhook.unknown-host':
    'The host name of the webhook has no address. The notification is sent again; see the URL in NOTIFICATION_WEBHOOK.',
  'webhook.proxy-refused':
    'The proxy of the webhook refused the connection, or wants a login. The notification is sent again; see HTTPS_PROXY.',
  'webhook.private-address':
    'The webhook is at a private, loopback or link-local address. Set NOTIFICATION_ALLOW_PRIVATE=true to allow it.',
  'webhook.unavailable': 'The webhook answered 429 or 5xx. The notification is sent again.',
  'webhook.refused': 'The webhook refused the notification. It is sent again for a day; see what the receiver expects.',
  'webhook.redirected':
    'The webhook answered with a redirect, which is not followed. Set NOTIFICATION_WEBHOOK to the final URL.',
  'webhook.gone':
    'The webhook answered 410: it does not want notifications any more. This one is given up; unset NOTIFICATION_WEBHOOK.',
  'email.unavailable':
    'The mail server could not be reached, or refused for now. The notification is mailed again; see SMTP_URL.',
  'email.no-tls':
    'The mail server offers no TLS with a trusted certificate. See SMTP_URL: `requireTLS=false` sends a password without TLS.',
  'email.refused':
    'The mail server refused the login or the mail. It is mailed again for a day; see SMTP_URL and NOTIFICATION_FROM.',
} as const;

export type NotifierErrorCode = keyof typeof notifierErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<NotifierErrorCode, string> {}
}
