/** How the loops of a process work. */
export abstract class WorkSettings {
  /** Names this process in leases. */
  abstract readonly owner: string;
  abstract readonly leaseMs: number;
  /** Between two polls for due records. */
  abstract readonly pollMs: number;
  /** How many records one stage works on at once. */
  abstract readonly concurrency: number;
  /** Failed attempts after which a record is parked. */
  abstract readonly maxAttempts: number;
  /** The first backoff after a failure. It doubles up to `maxBackoffMs`. */
  abstract readonly backoffMs: number;
  abstract readonly maxBackoffMs: number;
  /** The age at which an event in an outbox is republished. */
  abstract readonly republishAfterMs: number;
  /** How long a stop waits for work to reach a checkpoint. */
  abstract readonly shutdownMs: number;
}
