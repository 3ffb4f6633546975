/** The codes of the errors that the status-poller raises or writes into batches: what each means, and what to do. */
export const statusPollerErrorCodes = {
  'batch.not-submitted':
    'The record of a submitted batch names no provider batch. It is parked: `batchmill parked list`.',
  'batch.lost':
    'The batch was given up: the provider did not know it, or did not end it, for BATCHMILL_LOST_AFTER, or a command asked for it. The provider may still bill it; the message says since when, and what was found.',
  'batch.overdue':
    'The batch did not settle within its completion window and the grace period. It is cancelled; the results so far are kept, and the rest is requested again.',
} as const;

export type StatusPollerErrorCode = keyof typeof statusPollerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<StatusPollerErrorCode, string> {}
}
