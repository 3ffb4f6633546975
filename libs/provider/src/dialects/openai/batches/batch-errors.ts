import type { ProviderBatch } from '../../../provider.js';
import type { RefusedError } from '../../../refused-error.js';

/** True when the provider refused a batch because its input file no longer exists. The file must then be uploaded again. */
export function isFileGone({ status, message }: RefusedError): boolean {
  return (
    status === 404 || (status === 400 && /no such file|file .*(not found|does not exist)|invalid file/i.test(message))
  );
}

/** True when a batch failed because it would have exceeded the account's limit of enqueued tokens. */
export function isQueueFull({ code }: ProviderBatch['errors'][number]): boolean {
  return code === 'token_limit_exceeded';
}

/** The limit that the message of such an error contains (`… Limit: 900,000 enqueued tokens.`); null when it has none. */
export function enqueuedTokenLimit(message: string): number | null {
  const digits = /limit:\s*(\d[\d,_.\s]*)\s*enqueued tokens/i.exec(message)?.[1]?.replaceAll(/\D/g, '');
  return digits === undefined || digits === '' ? null : Number(digits);
}
