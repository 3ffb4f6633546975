import { providerStates, type ProviderState } from '../../../provider.js';

/** As compatible servers spell them. */
const otherSpellings: Readonly<Record<string, ProviderState>> = { canceled: 'cancelled', canceling: 'cancelling' };

/**
 * A state that nobody knows is taken for work in progress: it is asked for again until the batch is overdue, and a batch
 * of somebody else in a list does no harm.
 */
export function readState(status: unknown): ProviderState {
  const lower = typeof status === 'string' ? status.toLowerCase() : '';
  return providerStates.find((state) => state === lower) ?? otherSpellings[lower] ?? 'in_progress';
}
