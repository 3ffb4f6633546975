import type { ProviderBatch } from '../../../provider.js';

/** True for the error of a batch for which the account's queue had no room. */
export function isQueueFull({ code }: ProviderBatch['errors'][number]): boolean {
  return code === 'token_limit_exceeded';
}
