/** Every code that the notifier puts on an error: what it means, and what to do. */
export const notifierErrorCodes = {
  'webhook.timeout': 'The webhook took too long to answer. It is told again.',
  'webhook.away': 'The webhook cannot be reached. It is told again; see the setting of its URL.',
  'webhook.unwell': 'The webhook answered 429 or 5xx. It is told again.',
  'webhook.refused': 'The webhook answered with a refusal. It is told again for a day; see what the receiver expects.',
} as const;

export type NotifierErrorCode = keyof typeof notifierErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<NotifierErrorCode, string> {}
}
