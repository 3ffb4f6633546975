/** The queue's limit as the provider's message tells it (`… Limit: 900,000 enqueued tokens.`); null when it does not. */
export function enqueuedTokenLimit(message: string): number | null {
  const digits = /limit:\s*(\d[\d,_.\s]*)\s*enqueued tokens/i.exec(message)?.[1]?.replaceAll(/\D/g, '');
  return digits === undefined || digits === '' ? null : Number(digits);
}
