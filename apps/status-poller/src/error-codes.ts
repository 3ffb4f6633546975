/** Every code that the status-poller puts on an error or a batch: what it means, and what to do. */
export const statusPollerErrorCodes = {
  'batch.unknown': 'There is no batch of that id. `batchmill batch list` shows those there are.',
  'batch.not-submitted':
    'The record of a submitted batch names no batch of the provider’s. Parked: `batchmill parked list`.',
  'batch.overdue':
    'The provider has not ended the batch within its window and a grace. It is cancelled; what it answered is kept, the rest is asked again.',
} as const;

export type StatusPollerErrorCode = keyof typeof statusPollerErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<StatusPollerErrorCode, string> {}
}
