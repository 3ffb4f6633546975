/** Why nothing more will happen to a batch: the provider's final states, and ours for what never reached it. */
export const settledReasons = [
  'completed',
  'failed',
  'expired',
  'cancelled',
  'nothing-to-send',
  'never-sent',
  'too-large',
] as const;
export type SettledReason = (typeof settledReasons)[number];
