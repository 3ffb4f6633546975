import type { AccountInfo } from '@batchmill/provider';

/** A batch whose end does not come: since when, and as what the last look found it. */
export interface Stall {
  readonly since: Date;
  /**
   * unknown: the provider answers that there is no such batch. unreachable: the provider does not answer, or refuses.
   * other-account: it was sent under an account whose key is not there. Else the state of the provider batch.
   */
  readonly found: string;
}

/** The command to give up a batch. */
export interface Abandonment {
  readonly requestedAt: Date;
  /** True: the requests without a result fail. False: they are requested again. */
  readonly fail: boolean;
}

/** Why a batch waits: the present key belongs to another account than that under which the batch was sent. */
export interface BatchHold {
  readonly since: Date;
  /** The account whose key is missing. */
  readonly account: AccountInfo;
}
