import { SimulatorError } from '../simulator-error.js';

/** Where the webhooks of batches are posted, and the secret that signs them: `whsec_` and base64. */
export interface WebhookTarget {
  readonly url: string;
  readonly secret: string;
}

/** Throws a SimulatorError when it is no target. */
export function readWebhookTarget(value: unknown): WebhookTarget {
  const { url, secret } = (value ?? {}) as { url?: unknown; secret?: unknown }; // checked below
  if (typeof url !== 'string' || !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw bad('url', 'an http or https URL');
  }
  if (typeof secret !== 'string' || !/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) {
    throw bad('secret', '`whsec_` and base64');
  }
  return { url, secret };
}

function bad(field: string, expected: string): SimulatorError {
  return new SimulatorError('simulator.bad-option', `The ${field} of the webhook is not ${expected}.`);
}
