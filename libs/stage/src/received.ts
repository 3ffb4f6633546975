/** Where a consumed event comes from. */
export interface Received {
  /** The same for every delivery of the message: `ce_id`, else drawn from where and when the bus recorded it. */
  readonly id: string;
  readonly topic: string;
  /** When the bus recorded it. */
  readonly at: Date;
  readonly traceparent: string | null;
}

/** A message that was meant as an event and cannot be used as one. */
export interface Unusable extends Received {
  /** What could be read of it; empty when nothing could. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly reason: string;
}
