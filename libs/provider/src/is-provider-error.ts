import { isBatchmillError } from '@batchmill/contracts';

/** True for an error of a call to the provider: it refused, or did not answer. */
export function isProviderError(error: unknown): boolean {
  return isBatchmillError(error) && error.code.startsWith('provider.');
}
