import { ConnectionError } from '@batchmill/contracts';
import type { ProviderErrorCode } from '../error-codes.js';

/** The call was not sent, because the rate limit has no room for it in time. */
export class RateLimitedError extends ConnectionError {
  constructor(message: string, options: { readonly retryAfterMs: number }) {
    super('provider.rate-limited' satisfies ProviderErrorCode, message, options);
  }
}
