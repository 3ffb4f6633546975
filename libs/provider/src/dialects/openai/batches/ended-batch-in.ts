/** Source: https://developers.openai.com/api/docs/guides/webhooks and the API reference, "Webhook events". */
const ending = /^batch\.(?:completed|failed|expired|cancelled)$/;

/** The id of the provider batch of which a webhook says that it has ended; null when it says something else. */
export function endedBatchIn(body: string): string | null {
  const event = objectIn(parsed(body));
  const type = event['type'];
  const id = objectIn(event['data'])['id'];
  if (typeof type !== 'string' || !ending.test(type)) return null;
  return typeof id === 'string' && id !== '' ? id : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}; // its fields are unknown
}
