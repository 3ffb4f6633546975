/**
 * What a run can wait for, in the order in which it is shown: what needs a person first, and what goes on by itself last.
 *
 * stage: that a chunk-scanner takes it. request: the request of a run of which only a command is known. pause: that it is resumed.
 * account: the provider refuses the account. other-account: the key of another account. outage: a dependency that is unavailable.
 * backoff: work that failed is tried again. parked: work that failed too often. spending-limit: a limit has no room. queue: the
 * provider's queue is full. rate-limit: the turn of its calls. moment: the provider refuses for now. trial: an answer to its trial.
 * provider: batches at the provider. retry: the time at which requests are sent again.
 */
export const waitKinds = [
  'stage',
  'request',
  'pause',
  'outage',
  'account',
  'other-account',
  'spending-limit',
  'backoff',
  'queue',
  'rate-limit',
  'moment',
  'trial',
  'provider',
  'retry',
  'parked',
] as const;
export type WaitKind = (typeof waitKinds)[number];
