import type { AccountInfo } from '@batchmill/provider';
import type { ObservedTime } from './observed-time.js';

/** A batch whose end does not come: as what the last look found it, and since when. */
export interface Stall {
  /** When a look found it so first. Services may have been stopped since, so no limit is counted from here. */
  readonly since: Date;
  /**
   * unknown: the provider answers that there is no such batch. unreachable: the provider does not answer, or refuses.
   * other-account: it was sent under an account whose key is not there. Else the state of the provider batch.
   */
  readonly found: string;
  /** True: it counts from the cancel of the run. Missing in records of earlier versions. */
  readonly ofCancelledRun?: boolean;
  /** For how long it was looked at. Missing in records of earlier versions: it counts from the next look. */
  readonly observed?: ObservedTime;
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
