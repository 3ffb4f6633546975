/** The states of a provider batch, as the API reference names them. */
export const providerStates = [
  'validating',
  'in_progress',
  'finalizing',
  'completed',
  'failed',
  'expired',
  'cancelling',
  'cancelled',
] as const;
export type ProviderState = (typeof providerStates)[number];
