/** A batch in progress of which no request has ended for too long. */
export interface IdleBatch {
  /** When a look found as many ended requests first. */
  readonly since: Date;
  /** When it was found to be idle. */
  readonly foundAt: Date;
  /** For how long it may show no progress, in milliseconds. */
  readonly limitMs: number;
  /** How often its requests were sent again before, because they were in an idle batch. At most, where a claim had several. */
  readonly timesSentAgain: number;
  /** True: it was cancelled for this, and what it lacks is sent again. */
  readonly isSentAgain: boolean;
}
